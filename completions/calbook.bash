# bash completion for calbook, made by `calbook completion bash`

# The words up to the cursor as the shell will pass them: bash cuts them at : and =.
_calbook_read() {
    local line=${COMP_LINE-${COMP_WORDS[*]:0:COMP_CWORD+1}} rest word i
    line=${line:0:${COMP_POINT:-${#line}}}
    for ((i = 0; i <= COMP_CWORD; i++)); do
        rest=${line#"${line%%[![:space:]]*}"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$rest
        if ((i > 0)) && [[ $rest == "$line" ]]; then
            typed[${#typed[@]} - 1]+=$word
        else
            typed+=("$word")
        fi
        line=${rest#*"$word"}
    done
    typed=("${typed[@]//[\"\'\\]/}")
}

_calbook() {
    local IFS=$' \t\n' mode lead word _
    local -a typed=()
    COMPREPLY=()
    _calbook_read
    {
        IFS=$'\t' read -r mode _ lead
        while IFS=$'\t' read -r word _; do
            COMPREPLY+=("$word")
        done
    } < <(command calbook __complete "--word=${typed[${#typed[@]} - 1]}" \
        "${typed[@]:1:${#typed[@]}-2}" </dev/null 2>/dev/null)
    case $mode in
        files) compopt -o default 2>/dev/null ;;
        paths)
            COMPREPLY=("${COMPREPLY[@]%/}") # bash marks directories itself
            # Where it cannot be told to quote them, none is offered.
            compopt -o filenames 2>/dev/null || COMPREPLY=()
            ;;
        list) compopt -o nosort -o nospace 2>/dev/null ;;
        *) compopt -o nosort 2>/dev/null ;;
    esac
    # bash replaces what is behind the "=", unless it was told not to cut there.
    [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/$lead}")
}

complete -F _calbook calbook
