# One bad input of three is one error, and the other two arrive.
param([Parameter(Mandatory)] [string] $Tar, [Parameter(Mandatory)] [string] $Folder, [Parameter(Mandatory)] [string] $Registry)

$bad = [IO.Path]::Combine($Folder, 'bad.tar')
[IO.File]::WriteAllText($bad, 'this is no tar')
$results = @($Tar, $bad, $Tar | Push-ImageTar -Destination $Registry -ErrorAction SilentlyContinue -ErrorVariable problems)
if ($results.Count -ne 2) { throw "$($results.Count) results of two good tars." }
if ($problems.Count -ne 1 -or $problems[0].FullyQualifiedErrorId -notlike 'InvalidImageArchive,*') { throw "Errors: $problems" }
if (-not $problems[0].ErrorDetails.RecommendedAction) { throw 'The error names no cure.' }

try {
    Push-ImageTar $bad -Destination $Registry -ErrorAction Stop
    throw 'The bad tar was pushed.'
} catch [ImagePusher.Core.InvalidImageArchiveException] {
    $results
}
