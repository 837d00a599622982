using ImagePusher.Core.Content;
using ImagePusher.Core.Names;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that copies images: with -WhatIf it prints the plan, else it asks and copies.</summary>
public abstract class TransferCommand : AsyncCommand
{
    /// <summary>Copies one image, or says what the copy would do.</summary>
    /// <param name="input">The input as the user gave it.</param>
    /// <param name="copy">What is to be copied, and how.</param>
    /// <param name="done">Turns the result into what is written.</param>
    /// <returns>True if the copy or its planning was started; false if the user said no.</returns>
    private protected bool StartCopy(object? input, CopyRequest copy, Func<CopyResult, CancellationToken, Task<object>> done)
    {
        if (IsWhatIf)
        {
            Start(input, (pending, token) => PlanAsync(copy, pending, token));
            return true;
        }

        if (!ShouldProcess(copy.Name.ToString(), copy.Action))
        {
            return false;
        }

        var progress = Progress;
        Start(input, (pending, token) => CopyAsync(copy, done, progress, pending, token));
        return true;
    }

    private async Task CopyAsync(
        CopyRequest copy, Func<CopyResult, CancellationToken, Task<object>> done, ProgressReporter progress, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            var transfer = new TransferProgress();
            using var shown = progress.Show(copy.Activity, copy.Label, transfer);
            var selection = await copy.Select(cancellationToken).ConfigureAwait(false);
            var result = await copy.Copier.CopyAsync(selection, copy.Target, copy.Name, copy.OptionsFor(selection), transfer, Log, cancellationToken).ConfigureAwait(false);
            var output = await done(result, cancellationToken).ConfigureAwait(false);
            pending.Do(cmdlet =>
            {
                cmdlet.WriteInformation(CopySummary.Of(copy, result), ["ImagePusher"]);
                cmdlet.WriteObject(output);
            });
        }
        finally
        {
            copy.Release();
        }
    }

    private async Task PlanAsync(CopyRequest copy, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            var selection = await copy.Select(cancellationToken).ConfigureAwait(false);
            var plan = await copy.Copier.PlanAsync(selection, copy.Target, copy.Name, copy.OptionsFor(selection), Log, cancellationToken).ConfigureAwait(false);
            pending.Do(cmdlet => cmdlet.ShouldProcess(CopySummary.Of(copy, plan), null, null));
        }
        finally
        {
            copy.Release();
        }
    }
}
