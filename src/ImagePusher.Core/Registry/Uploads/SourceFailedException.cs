namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The registry that a blob is read from failed, not the target. Only <see cref="Failure"/> leaves this namespace.</summary>
internal sealed class SourceFailedException(RegistryException failure) : Exception(failure.Message, failure)
{
    public RegistryException Failure { get; } = failure;
}
