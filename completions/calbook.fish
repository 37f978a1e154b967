# fish completion for calbook, made by `calbook completion fish`

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
