namespace ImagePusher.Core.Registry.Uploads;

/// <summary>The registry that a blob is read from failed, not the one that it goes to. It never leaves this namespace: <see cref="Failure"/> does.</summary>
internal sealed class SourceFailedException(RegistryException failure) : Exception(failure.Message, failure)
{
    public RegistryException Failure { get; } = failure;
}
