# One bad input of three is one error; the other two are pushed, each once.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [string] $Registry)

$bad = Join-Path $Folder bad.tar
Set-Content $bad 'not a tar'
$copy = Copy-Item $Tar -Destination (Join-Path $Folder copy.tar) -PassThru
$results = @($Tar, $bad, $copy.FullName, $Tar | Push-ImageTar -Destination $Registry -ErrorAction SilentlyContinue -ErrorVariable problems)
if ($results.Count -ne 2) { throw "$($results.Count) results for two valid tars." }
if ($problems.Count -ne 1 -or $problems[0].FullyQualifiedErrorId -notlike 'InvalidImageArchive,*') { throw "Errors: $problems" }
if (-not $problems[0].ErrorDetails.RecommendedAction) { throw 'The error has no recommended action.' }

try {
    Push-ImageTar $bad -Destination $Registry -ErrorAction Stop
    throw 'The bad tar was pushed.'
} catch [ImagePusher.Core.InvalidImageArchiveException] {
    $results
}
