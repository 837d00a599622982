using ImagePusher.Core.Abstractions;
using ImagePusher.Core.IO;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>A cmdlet that copies images: with -WhatIf it prints the plan, with -PlanOnly it writes the plan as an object, else it asks and copies.</summary>
public abstract class TransferCommand : AsyncCommand
{
    /// <summary>True if the call wants the plan as an object. Each cmdlet that copies has the parameter; those that only ask a registry have not.</summary>
    private protected virtual bool WantsPlan => false;

    /// <summary>Copies one image, or says what the copy would do.</summary>
    /// <param name="input">The input as the user gave it.</param>
    /// <param name="copy">What is to be copied, and how.</param>
    /// <param name="done">Turns the result into what is written.</param>
    /// <returns>True if the copy or its planning was started; false if the user said no.</returns>
    private protected bool StartCopy(object? input, CopyRequest copy, Func<CopyResult, CancellationToken, Task<object>> done)
    {
        if (WantsPlan || IsWhatIf)
        {
            StartPlan(input, copy);
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

    /// <summary>Says what a copy would do, as an object or as -WhatIf does.</summary>
    private protected void StartPlan(object? input, CopyRequest copy) => Start(input, (pending, token) => PlanAsync(copy, pending, token));

    /// <summary>Copies one image and shows how far it is.</summary>
    private protected async Task<CopyResult> RunAsync(CopyRequest copy, ProgressReporter progress, CancellationToken cancellationToken)
    {
        var transfer = new CopyMonitor();
        using var shown = progress.Show(copy.Activity, copy.Label, transfer);
        var selection = await copy.Select(cancellationToken).ConfigureAwait(false);
        return await copy.Copier.CopyAsync(selection, copy.Target, copy.Name, copy.OptionsFor(selection) with { Logger = Log }, transfer, cancellationToken).ConfigureAwait(false);
    }

    private async Task CopyAsync(
        CopyRequest copy, Func<CopyResult, CancellationToken, Task<object>> done, ProgressReporter progress, PendingInput pending, CancellationToken cancellationToken)
    {
        try
        {
            var result = await RunAsync(copy, progress, cancellationToken).ConfigureAwait(false);
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
            var plan = await copy.Copier.PlanAsync(selection, copy.Target, copy.Name, copy.OptionsFor(selection) with { Logger = Log }, cancellationToken).ConfigureAwait(false);
            if (WantsPlan)
            {
                pending.Write(CopyPlans.Of(copy.Label, plan));
            }
            else
            {
                pending.Do(cmdlet => cmdlet.ShouldProcess(CopySummary.Of(copy, plan), null, null));
            }
        }
        finally
        {
            copy.Release();
        }
    }
}
