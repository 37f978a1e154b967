"""`completion`: a script for each shell, made from the command tree.

A script is the whole tree as a table, and a reader of it in the shell's language. What
is in the bookings file it asks of `calbook __complete`, and takes the answer as text.
"""

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from calbook.cli import output
from calbook.cli.commands.help import TOPICS
from calbook.cli.tree import COMMANDS, LazyGroup

# What may follow a command (a word, an option, or an argument by its number), what is
# offered for its value, and its help. Offered is nothing (`?`), `file`, a kind of
# `calbook __complete`, one of `a|b|`, or a list of `a,b`; `-` is what takes no value.
Row = tuple[str, str, str, str]

_OFFERED = {
    "FILE": "file",
    "UID": "uids",
    "EVENT": "events",
    "HOST": "hosts",
    "SCHEDULE": "schedules",
    "WEBHOOK": "webhooks",
    "TYPE": "all|created|confirmed|cancelled|rescheduled|completed|no_show|"
    "attendee_added|attendee_removed|updated|",
    "RULE": "least-recent|equal-distribution|availability-first|priority|",
    "STATUS": "pending|confirmed|cancelled|completed|no-show|",
    "TOPIC": "|".join((*TOPICS, "")),
    "RULES": "hours,notice,advance,per-day,questions,deadline,past,duration",
}
_FLAGS = {"--help": "Show this message and exit."}
_ROOT_FLAGS = dict.fromkeys(("--version", "-V"), "Show the version and exit.")


def rows() -> tuple[Row, ...]:
    """The tree, every command with what may follow it."""
    root = LazyGroup("calbook", COMMANDS, "")
    return tuple(_rows(root, "calbook"))


def _rows(command: Any, place: str) -> Iterator[Row]:
    names = command.list_commands(None) if hasattr(command, "list_commands") else ()
    children = {name: command.get_command(None, name) for name in names}
    for name, child in children.items():
        yield place, name, "-", _line(child.get_short_help_str(100))
    yield from _arguments(command, place)
    yield from _options(command, place)
    flags = _FLAGS | _ROOT_FLAGS if place == "calbook" else _FLAGS
    yield from ((place, name, "-", help) for name, help in flags.items())
    for name, child in children.items():
        yield from _rows(child, f"{place} {name}")


def _arguments(command: Any, place: str) -> Iterator[Row]:
    params = (p for p in command.params if p.param_type_name == "argument")
    for number, param in enumerate(params, 1):
        is_new = place.endswith(" add") and param.metavar != "UID"
        help = param.metavar or param.name
        yield place, f"<{number}>", "?" if is_new else _offered(param), help


def _options(command: Any, place: str) -> Iterator[Row]:
    for param in command.params:
        if param.param_type_name != "option" or "--help" in param.opts:
            continue
        for name in param.opts:
            help = _line(param.help or param.metavar or name)
            yield place, name, "-" if param.is_flag else _offered(param), help
        for name in param.secondary_opts:
            yield place, name, "-", f"Not {param.opts[-1]}."


def _offered(param: Any) -> str:
    """What a value may be, told by its placeholder in the help."""
    word = str(param.metavar).removeprefix("[").removesuffix("]")
    noun = word.partition("[")[0].removesuffix("|-")
    return _OFFERED.get(noun, f"{noun}|" if noun.islower() else "?")


def _line(text: str) -> str:
    return " ".join(text.split())


_BASH_AND_ZSH = r"""
# What may follow a command, what is offered for its value (-: it takes none), its help.
_calbook_enter() {
    local where row
    rows=()
    while IFS= read -r row; do
        [[ $row == "$1"$'\t'* ]] && rows+=("${row#*$'\t'}")
    done <<'END'
@TABLE@
END
}

_calbook_find() {
    local row
    for row in "${rows[@]}"; do
        [[ $row == "$1"$'\t'* ]] || continue
        help=${row##*$'\t'}
        offers=${row#*$'\t'} offers=${offers%$'\t'*}
        return 0
    done
    return 1
}

# From the word being written and those before it to what is offered.
_calbook_walk() {
    local now=$1 word place=calbook option= ended= number=1
    shift
    _calbook_enter "$place"
    for word in "$@"; do
        if [[ -n $option ]]; then
            [[ $option == --db ]] && db=$word
            option=
        elif [[ -z $ended && $word == -* ]]; then
            [[ $word == --db=* ]] && db=${word#*=}
            [[ $word == -- ]] && ended=1
            _calbook_find "$word" && [[ $offers != - ]] && option=$word
        elif [[ $word != -* ]] && _calbook_find "$word"; then
            place="$place $word"
            _calbook_enter "$place"
        else
            number=$((number + 1))
        fi
    done
    offers=- help=
    if [[ -n $option ]]; then
        _calbook_find "$option"
    elif [[ -z $ended && $now == --*=* ]]; then
        lead=${now%%=*}=
        _calbook_find "${now%%=*}" || offers='?'
    elif [[ -n $ended || $now != -* ]]; then
        _calbook_find "<$number>" || ((number == 1)) || offers='?'
    fi
}
"""

_BASH = r"""# bash completion for calbook, made by `calbook completion bash`
@BOTH@
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
}

_calbook() {
    local IFS=$' \t\n' now lead= offers= help= db= word row
    local -a typed=() rows=()
    COMPREPLY=()
    _calbook_read
    now=${typed[${#typed[@]} - 1]}
    typed=("${typed[@]//[\"\'\\]/}")
    _calbook_walk "$now" "${typed[@]:1:${#typed[@]}-2}"
    now=${now#"$lead"}
    case $offers in
        -)
            # Options are offered where there is nothing else, or when begun.
            for row in "${rows[@]}"; do
                [[ $now != -* && $rows != -* && $row != [a-z]* ]] && continue
                [[ $row == "$now"* ]] && COMPREPLY+=("${row%%$'\t'*}")
            done
            ;;
        file) compopt -o default 2>/dev/null ;;
        uids | events | hosts | schedules | webhooks)
            compopt -o nosort 2>/dev/null
            while IFS=$'\t' read -r word _; do
                COMPREPLY+=("$word")
            done < <(command calbook __complete "$offers" --db="$db" "$now" \
                </dev/null 2>/dev/null)
            ;;
        *,*)
            compopt -o nospace 2>/dev/null
            word=${now##*,}
            COMPREPLY=($(compgen -P "${now%"$word"}" -W "${offers//,/ }" -- "$word"))
            ;;
        *'|') COMPREPLY=($(compgen -W "${offers//|/ }" -- "$now")) ;;
    esac
    # bash replaces what is behind the "=", unless it was told not to cut there.
    [[ $COMP_WORDBREAKS == *=* ]] || COMPREPLY=("${COMPREPLY[@]/#/$lead}")
}

complete -F _calbook calbook
"""

_ZSH = r"""#compdef calbook
# zsh completion for calbook, made by `calbook completion zsh`
@BOTH@
_calbook() {
    local lead offers help db row line
    local -a rows found flags
    _calbook_walk "$PREFIX" "${(@Q)words[2,CURRENT-1]}"
    [[ -n $lead ]] && compset -P 1 '*='
    case $offers in
        -)
            for row in "${rows[@]}"; do
                line="${row%%$'\t'*}:${row##*$'\t'}"
                [[ $row == [a-z]* ]] && found+=("$line")
                [[ $row == -* ]] && flags+=("$line")
            done
            [[ $PREFIX != -* ]] && (( $#found )) &&
                _describe -V -t commands command found && return
            _describe -V -o -t options option flags
            ;;
        file) _files ;;
        uids|events|hosts|schedules|webhooks)
            while IFS= read -r line; do
                found+=("${line/$'\t'/:}")
            done < <(command calbook __complete $offers --db="$db" "$PREFIX" \
                </dev/null 2>/dev/null)
            (( $#found )) && _describe -V -t $offers $offers found
            ;;
        *,*) _values -s , "$help" ${(s:,:)offers} ;;
        *'|') _wanted values expl "$help" compadd - ${(s:|:)offers} ;;
        *) _message -e values "$help" ;;
    esac
}

if [[ $funcstack[1] == _calbook ]]; then
    _calbook "$@"
else
    compdef _calbook calbook
fi
"""

_FISH = r"""# fish completion for calbook, made by `calbook completion fish`

# What may follow a command, what is offered for its value (-: it takes none), its help.
set -g __calbook_table (string split \n -- '@TABLE@')

# Of rows that begin with the first argument, what is behind it.
function __calbook_find
    set -l lead (string escape --style=regex -- $argv[1])
    string replace -f -r -- "^$lead\t" '' $argv[2..-1]
end

# What is offered next, the file that --db names, and the rows of the command.
function __calbook_next
    set -l place calbook
    set -l rows (__calbook_find $place $__calbook_table)
    set -l number 1
    set -l option
    set -l db ''
    for word in (commandline -opc)[2..-1]
        set -l row (__calbook_find $word $rows)
        if set -q option[1]
            test $option = --db; and set db $word
            set option
        else if string match -q -- '-*' $word
            string match -q -- '--db=*' $word; and set db (string sub -s 6 -- $word)
            set -q row[1]; and string match -q -v -- '-'\t'*' $row; and set option $word
        else if set -q row[1]
            set place "$place $word"
            set rows (__calbook_find $place $__calbook_table)
        else
            set number (math $number + 1)
        end
    end
    set -l now (commandline -ct)
    set -l row
    if set -q option[1]
        set row (__calbook_find $option $rows)
    else if string match -q -- '--*=*' "$now"
        set row (__calbook_find (string split -m 1 -f 1 = -- $now) $rows)
    else if not string match -q -- '-*' "$now"
        set row (__calbook_find "<$number>" $rows)
        or test $number = 1; or set row \?\t
    end
    set -q row[1]; or set row -\t
    string split -f 1 \t -- $row
    printf '%s\n' $db $rows
end

function __calbook_wants_file
    test (__calbook_next)[1] = file
end

function __calbook_complete
    set -l next (__calbook_next)
    set -l now (commandline -ct)
    set -l lead (string match -r -- '^--[^=]*=' "$now")
    set now (string replace -r -- '^--[^=]*=' '' "$now")
    switch $next[1]
        case -
            set -l found (string replace -f -r -- '^([^<]\S*)\t\S+' '$1' $next[3..-1])
            string match -q -- '-*' "$now"
            if test $status = 0; or not string match -r '^[a-z].*' -- $found
                string join \n -- $found
            end
        case uids events hosts schedules webhooks
            set -l found (command calbook __complete $next[1] --db=$next[2] "$now" \
                </dev/null 2>/dev/null)
            set -q found[1]; and string join \n -- "$lead"$found
        case '*,*'
            set -l before (string match -r -- '^.*,' "$now")
            string join \n -- "$lead$before"(string split , -- $next[1])
        case '*|'
            string join \n -- "$lead"(string split -n '|' -- $next[1])
    end
end

complete -c calbook -n __calbook_wants_file -F
complete -c calbook -n 'not __calbook_wants_file' -f -k -a '(__calbook_complete)'
"""

_POWERSHELL = r"""# Completion for calbook, made by `calbook completion powershell`

Register-ArgumentCompleter -Native -CommandName calbook -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # What may follow a command, what is offered for its value (-: none), its help.
    $grammar = @{}
    foreach ($row in @'
@TABLE@
'@ -split '\r?\n') {
        $place, $key, $offers, $help = $row -split "`t"
        if (-not $grammar.ContainsKey($place)) { $grammar[$place] = [ordered]@{} }
        $grammar[$place][$key] = $offers, $help
    }

    $place, $option, $db, $number = 'calbook', '', '', 1
    $typed = $commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition } |
        ForEach-Object { $_.Extent.Text.Trim("'", '"') }
    foreach ($word in $typed) {
        if ($option) {
            if ($option -eq '--db') { $db = $word }
            $option = ''
        } elseif ($word.StartsWith('-')) {
            if ($word.StartsWith('--db=')) { $db = $word.Substring(5).Trim("'", '"') }
            $row = $grammar[$place][$word]
            if ($row -and $row[0] -ne '-') { $option = $word }
        } elseif ($grammar.ContainsKey("$place $word")) {
            $place = "$place $word"
        } else {
            $number++
        }
    }

    $word, $lead = $wordToComplete, ''
    if (-not $option -and $word -match '^(--[^=]+)=(.*)$') {
        $option, $lead, $word = $Matches[1], "$($Matches[1])=", $Matches[2]
    }
    $key = if ($option) { $option } elseif ($word -notlike '-*') { "<$number>" }
    $row = $grammar[$place]["$key"]
    $offers = if ($row) { $row[0] } else { '-' }
    $lines = if ($offers -in 'uids', 'events', 'hosts', 'schedules', 'webhooks') {
        & calbook __complete $offers "--db=$db" $word 2>$null
    } elseif ($offers -eq '-') {
        $grammar[$place].GetEnumerator() | Where-Object { $_.Key -notlike '<*' } |
            ForEach-Object { "$($_.Key)`t$($_.Value[1])" }
    } else {
        $offers -split '[|,]' | Where-Object { $_ -and $_ -notin '?', 'file' }
    }
    foreach ($line in $lines) {
        $text, $hint = $line -split "`t"
        if (-not $text.StartsWith($word)) { continue }
        if (-not $hint) { $hint = $text }
        [System.Management.Automation.CompletionResult]::new(
            "$lead$text", $text, 'ParameterValue', $hint)
    }
}
"""


def script(shell: str) -> str:
    """The completion script for `bash`, `zsh`, `fish` or `powershell`."""
    table = "\n".join("\t".join(row) for row in rows())
    template = _SCRIPTS[shell].replace("@BOTH@", _BASH_AND_ZSH)
    if shell == "fish":
        table = table.replace("\\", "\\\\").replace("'", "\\'")
    if shell == "powershell":
        # Windows PowerShell reads scripts in the machine's old code page.
        table = table.replace("…", "...").encode("ascii", "replace").decode()
    return template.replace("@TABLE@", table)


_SCRIPTS = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH, "powershell": _POWERSHELL}


def completion(
    shell: Annotated[
        str, typer.Argument(metavar="bash|zsh|fish|powershell", help="Which shell.")
    ],
) -> None:
    """Print the completion script of a shell."""
    from calbook.core import checks

    output.write(script(checks.choice(shell, "the shell", tuple(_SCRIPTS))))
