# Restores Cake and hands over: ./build.ps1 --target=Configs. Rendering needs Linux: use build.sh there.
$ErrorActionPreference = 'Stop'
Set-Location -LiteralPath $PSScriptRoot

if (-not (Get-Command dotnet -ErrorAction SilentlyContinue)) {
    [Console]::Error.WriteLine('The .NET SDK 10 is missing: get it from https://dotnet.microsoft.com/download/dotnet/10.0')
    exit 7
}

if (-not $IsLinux) {
    [Console]::Error.WriteLine('Rendering needs Linux (Debian 12, or a container of it); what does not render works here too.')
}

$env:DOTNET_NOLOGO = '1'
dotnet tool restore | Out-Null
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }

dotnet cake @args
exit $LASTEXITCODE
