# Completion for calbook, made by `calbook completion powershell`

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
