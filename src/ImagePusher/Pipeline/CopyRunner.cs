using System.Management.Automation;
using ImagePusher.Core;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Transfer;
using ImagePusher.Output;

namespace ImagePusher.Pipeline;

/// <summary>
/// Runs the copies of a cmdlet: with -WhatIf it prints the plan, with -PlanOnly it writes the plan as an object, otherwise it prompts for
/// confirmation if necessary and copies.
/// </summary>
/// <param name="command">The cmdlet.</param>
/// <param name="isPlanOnly">True for -PlanOnly.</param>
/// <param name="policies">The signature policies; null if the images were accepted before.</param>
internal sealed class CopyRunner(AsyncCommand command, bool isPlanOnly, CopyPolicies? policies)
{
    /// <summary>True if nothing is copied: -WhatIf or -PlanOnly.</summary>
    public bool IsPlan => isPlanOnly || command.IsWhatIf;

    /// <summary>
    /// True if requests to the target may be sent before the source is resolved: not if a policy must accept the image first, if the
    /// response must be current, or if it is not needed.
    /// </summary>
    public bool CanPrefetchHead(ImageReference source, ImageReference target, bool noClobber, bool force) =>
        !force && !noClobber && policies?.ApplyTo(source.Registry, target.Registry) is not true;

    /// <summary>Copies one image, or plans its copy.</summary>
    /// <param name="input">The unchanged input of the user.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="output">Makes the output object of the result.</param>
    public void Start(object? input, CopyRequest copy, Func<CopyResult, CancellationToken, Task<object>> output)
    {
        if (IsPlan)
        {
            StartPlan(input, copy);
        }
        else if (Confirms(copy))
        {
            var progress = command.Progress;
            command.Start(input, (pending, token) => NameAsync(input, copy, CopyAsync(copy, output, progress, pending.Do, token)));
        }
        else
        {
            copy.Release();
        }
    }

    /// <summary>Prompts for confirmation if necessary; true if the copy is confirmed.</summary>
    public bool Confirms(CopyRequest copy) => IsPlan || command.ShouldProcess(copy.Name.ToString(), copy.Action);

    /// <summary>Copies one image, or plans its copy, as a part of an input.</summary>
    /// <param name="copy">The copy.</param>
    /// <param name="output">Makes the output object of the result.</param>
    /// <param name="progress">Shows the progress.</param>
    /// <param name="write">Receives what writes the output on the pipeline thread.</param>
    /// <param name="cancellationToken">Cancels the copy.</param>
    public Task RunAsync(
        CopyRequest copy, Func<CopyResult, CancellationToken, Task<object>> output, ProgressReporter progress,
        Action<Action<PSCmdlet>> write, CancellationToken cancellationToken) =>
        IsPlan ? PlanAsync(copy, write, cancellationToken) : CopyAsync(copy, output, progress, write, cancellationToken);

    /// <summary>Plans the copy of one image.</summary>
    public void StartPlan(object? input, CopyRequest copy) =>
        command.Start(input, (pending, token) => NameAsync(input, copy, PlanAsync(copy, pending.Do, token)));

    /// <summary>Copies one image and shows its progress.</summary>
    public async Task<CopyResult> RunAsync(CopyRequest copy, ProgressReporter progress, CancellationToken cancellationToken)
    {
        var transfer = new CopyMonitor();
        using var shown = progress.Show(copy.Activity, copy.Label, transfer);
        try
        {
            var selection = await copy.Select(cancellationToken).ConfigureAwait(false);
            return await copy.Copier.CopyAsync(
                selection, copy.Target, copy.Name, OptionsFor(copy, selection), transfer,
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            ShortLivedMemory.ImageEnded();
        }
    }

    /// <summary>The options of a copy or plan, with the policies that apply to it.</summary>
    /// <exception cref="Core.ImagePusherException">A policy cannot be used.</exception>
    public CopyOptions OptionsFor(CopyRequest copy, ImageSelection selection) =>
        copy.OptionsFor(selection) with { Logger = command.Log, Policy = policies?.For(selection, copy.Target) };

    /// <summary>Verifies the signature policies that apply to all targets of an image.</summary>
    /// <exception cref="Core.ImagePusherException">The image must not be copied.</exception>
    public Task VerifyAsync(ImageSelection selection, CopyOptions options, CancellationToken cancellationToken) =>
        SelectionVerification.RunAsync(
            selection, options with { Logger = command.Log, Policy = policies?.For(selection, null) }, cancellationToken);

    // A pattern or an archive may select several images; a registry's error names the target.
    private static async Task NameAsync(object? input, CopyRequest copy, Task work)
    {
        try
        {
            await work.ConfigureAwait(false);
        }
        catch (ImagePusherException error) when (error is not RegistryException && !IsName(input, copy.Label))
        {
            error.NameImage(copy.Label);
            throw;
        }
    }

    private static bool IsName(object? input, string image) =>
        input as string == image || (ImageReference.TryParse(input as string, out var name) && name.ToString() == image);

    private async Task CopyAsync(
        CopyRequest copy, Func<CopyResult, CancellationToken, Task<object>> output, ProgressReporter progress,
        Action<Action<PSCmdlet>> write, CancellationToken cancellationToken)
    {
        try
        {
            var result = await RunAsync(copy, progress, cancellationToken).ConfigureAwait(false);
            var value = await output(result, cancellationToken).ConfigureAwait(false);
            write(cmdlet =>
            {
                cmdlet.WriteInformation(CopySummary.Of(copy, result), ["ImagePusher"]);
                cmdlet.WriteObject(value);
            });
        }
        finally
        {
            copy.Release();
        }
    }

    private async Task PlanAsync(CopyRequest copy, Action<Action<PSCmdlet>> write, CancellationToken cancellationToken)
    {
        try
        {
            var selection = await copy.Select(cancellationToken).ConfigureAwait(false);
            var plan = await copy.Copier.PlanAsync(
                selection, copy.Target, copy.Name, OptionsFor(copy, selection),
                cancellationToken).ConfigureAwait(false);
            write(isPlanOnly
                ? cmdlet => cmdlet.WriteObject(ImageCopyPlan.Of(copy.Label, plan))
                : cmdlet => cmdlet.ShouldProcess(CopySummary.Of(copy, plan), null, null));
        }
        finally
        {
            copy.Release();
        }
    }
}
