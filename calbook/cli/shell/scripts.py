"""The completion scripts: each hands the command line to `calbook __complete` and takes
its answer, which is text and nothing that is run.
"""

_BASH = r"""# bash completion for calbook, made by `calbook completion bash`

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
"""

_ZSH = r"""#compdef calbook
# zsh completion for calbook, made by `calbook completion zsh`

_calbook() {
    local mode help lead expl
    local -a found
    found=("${(@f)$(command calbook __complete "--word=${(Q)PREFIX}" \
        "${(@Q)words[2,CURRENT-1]}" </dev/null 2>/dev/null)}")
    IFS=$'\t' read -r mode help lead <<<"$found[1]"
    shift found
    [[ -n $lead ]] && compset -P 1 '*='
    case $mode in
        files) _files ;;
        paths)
            compset -P '*/'
            _wanted directories expl directory \
                compadd -q -S / -- ${${${(M)found:#*/}%/}##*/}
            _wanted files expl "$help" compadd -- ${${found:#*/}##*/}
            ;;
        list)
            compset -P '*,'
            _wanted values expl "$help" compadd -q -S , -- ${found##*,}
            ;;
        *)
            (( $#found )) || { _message -e values "$help"; return }
            found=("${found[@]/$'\t'/:}")
            _describe -V -t values "$help" found
            ;;
    esac
}

if [[ $funcstack[1] == _calbook ]]; then
    _calbook "$@"
else
    compdef _calbook calbook
fi
"""

_FISH = r"""# fish completion for calbook, made by `calbook completion fish`

function __calbook_complete
    set -l typed (commandline -opc)[2..-1]
    set -l now (commandline -ct)
    set -l word (string unescape -- "$now")
    set -l found (command calbook __complete "--word=$word" $typed \
        </dev/null 2>/dev/null)
    set -l answer (string split \t -- "$found[1]")
    set -e found[1]
    if test "$answer[1]" = files
        set found (complete -C "'' "(string replace -- "$answer[3]" '' "$now"))
    end
    set -q found[1]; and string join \n -- "$answer[3]"$found
end

complete -c calbook -f -k -a '(__calbook_complete)'
"""

_POWERSHELL = r"""# Completion for calbook, made by `calbook completion powershell`

Register-ArgumentCompleter -Native -CommandName calbook -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $typed = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text -replace "['`"]", '' })
    $word = $wordToComplete -replace "['`"]", ''
    $first, $lines = & calbook __complete "--word=$word" @typed 2>$null
    $lead = ("$first" -split "`t")[2]
    foreach ($line in $lines) {
        $text, $hint = $line -split "`t"
        if (-not $hint) { $hint = $text }
        $quoted = $text
        if ($text -match '[^\w.,/:\\~+-]') { $quoted = "'$($text -replace "'", "''")'" }
        [System.Management.Automation.CompletionResult]::new(
            "$lead$quoted", $text, 'ParameterValue', $hint)
    }
}
"""

SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}
