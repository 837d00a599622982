using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.TestSupport;

namespace ImagePusher.Core.Tests.Registry;

/// <summary>A client for a test: no credentials and certificates of the machine, no waits between tries.</summary>
internal sealed class RegistrySession : IAsyncDisposable
{
    public RegistrySession(RegistrySettings? options = null, TimeProvider? time = null, IUploadJournal? journal = null,
        Func<string, string?>? environment = null, Func<RegistryClientOptions, RegistryClientOptions>? change = null)
    {
        var client = new RegistryClientOptions
        {
            TimeProvider = time ?? TimeProvider.System,
            UploadJournal = journal,
            DefaultSettings = options ?? Quick,
            Environment = environment ?? (_ => null),
            CertificateFolders = [],
        };
        Client = new RegistryClient(change?.Invoke(client) ?? client);
    }

    /// <summary>The defaults without waits; small blobs are sent as large ones are, since a test's are small.</summary>
    public static RegistrySettings Quick { get; } = new() { RetryInterval = TimeSpan.Zero, MonolithicBelow = 0 };

    /// <summary>The defaults without waits.</summary>
    public static RegistrySettings SmallApart { get; } = new() { RetryInterval = TimeSpan.Zero };

    public RegistryClient Client { get; }

    public RecordingLogger Log { get; } = new();

    public RegistryRepository Repository(string address, string repository = "team/app", RegistryCredential? credential = null,
        int? retries = null) =>
        Client.GetRepository(address, repository, new RequestOptions { Log = Log, Credential = credential, MaximumRetryCount = retries });

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
