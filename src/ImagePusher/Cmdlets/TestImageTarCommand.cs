using System.Management.Automation;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Bundles;
using ImagePusher.Output;
using ImagePusher.Pipeline;

namespace ImagePusher.Cmdlets;

/// <summary>Test-ImageTar: verifies archives and bundles offline.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImageTar", DefaultParameterSetName = ArchiveInput.PathSet)]
[OutputType(typeof(ImageTarTest), typeof(bool))]
public sealed class TestImageTarCommand : ArchiveCommand
{
    private readonly List<(string Input, string File)> _files = [];

    /// <summary>Write true or false for each archive or bundle.</summary>
    [Parameter]
    public SwitchParameter Quiet { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => _files.AddRange(Files());

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var files = _files.DistinctBy(file => file.File).ToList();
        Start(files.FirstOrDefault().Input, (pending, token) => TestAsync(files, pending, token));
        base.EndProcessing();
    }

    private async Task TestAsync(
        List<(string Input, string File)> files, PendingInput pending, CancellationToken cancellationToken)
    {
        var parts = new List<ImageArchive>();
        try
        {
            foreach (var (input, file) in files)
            {
                await TestAsync(input, file, parts, pending, cancellationToken).ConfigureAwait(false);
            }

            foreach (var bundle in parts.GroupBy(part => part.Bundle!.Bundle))
            {
                await VerifyAsync([.. bundle.OrderBy(part => part.Bundle!.Number)], pending, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (var part in parts)
            {
                await part.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private async Task TestAsync(
        string input, string file, List<ImageArchive> parts, PendingInput pending, CancellationToken cancellationToken)
    {
        ImageArchive archive;
        try
        {
            archive = await Archives.OpenAsync(file, Log, needsNames: false, cancellationToken).ConfigureAwait(false);
        }
        catch (ImagePusherException error) when (IsDamage(error))
        {
            Write([ArchiveVerifier.Unreadable(file, error)], pending);
            return;
        }
        catch (ImagePusherException error)
        {
            pending.WriteError(error, input);
            return;
        }

        if (archive.Bundle is not null)
        {
            parts.Add(archive);
            return;
        }

        await using (archive.ConfigureAwait(false))
        {
            await VerifyAsync([archive], pending, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task VerifyAsync(ImageArchive[] archives, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            Write(await ArchiveVerifier.VerifyAsync(archives, cancellationToken).ConfigureAwait(false), pending);
        }
        catch (ImagePusherException error) when (IsDamage(error))
        {
            Write([ArchiveVerifier.Unreadable(archives[0].Path, error)], pending);
        }
    }

    private static bool IsDamage(ImagePusherException error) =>
        error is InvalidImageArchiveException or DigestMismatchException or IncompleteImageException;

    private void Write(IReadOnlyList<ArchiveCheck> checks, PendingInput pending)
    {
        if (Quiet)
        {
            pending.Write(checks.All(check => check.IsIntact));
        }
        else
        {
            checks.ToList().ForEach(check => pending.Write(ImageTarTest.Of(check)));
        }
    }
}
