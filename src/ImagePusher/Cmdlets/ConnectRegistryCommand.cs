using System.Management.Automation;
using System.Net;
using System.Security;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Connect-Registry: credentials and certificates for this session, checked by the registry.</summary>
[Cmdlet(VerbsCommunications.Connect, "Registry", DefaultParameterSetName = CredentialSet)]
[OutputType(typeof(RegistryConnection))]
public sealed class ConnectRegistryCommand : AsyncCommand
{
    private const string CredentialSet = "Credential";
    private const string UserSet = "UserName";
    private const string TokenSet = "IdentityToken";

    /// <summary>The registry.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string Registry { get; set; } = "";

    /// <summary>Who asks; nobody where it is left out.</summary>
    [Parameter(Position = 1, ParameterSetName = CredentialSet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The user, with the password in an environment variable.</summary>
    [Parameter(Mandatory = true, ParameterSetName = UserSet)]
    [ValidateNotNullOrEmpty]
    public string UserName { get; set; } = "";

    /// <summary>The name of the environment variable that holds the password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = UserSet)]
    [ValidateNotNullOrEmpty]
    public string PasswordVariable { get; set; } = "";

    /// <summary>A refresh token, as docker keeps in identitytoken.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TokenSet)]
    [ValidateNotNull]
    public SecureString IdentityToken { get; set; } = new();

    /// <summary>Talk plain http to the registry.</summary>
    [Parameter]
    public SwitchParameter PlainHttp { get; set; }

    /// <summary>A PEM file with certificates that are trusted beside the system's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificateAuthority { get; set; }

    /// <summary>A PEM or PFX file with the client's certificate and key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ClientCertificate { get; set; }

    /// <summary>Accept any certificate of this registry.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Registry, () =>
    {
        var (registry, credential, client) = (RegistryNames.Parse(Registry), ReadCredential(), PusherSession.Current.Client);

        // A registry without options of its own goes on following those of all.
        var options = Options(client.GetSettings(registry)) is var wanted && wanted == client.GetSettings(registry) ? null : wanted;
        Start(Registry, async (pending, token) =>
        {
            // Nothing is kept of a connection that the registry refused.
            await client.ConnectAsync(registry, credential, options, new RequestOptions { Log = Log }, token).ConfigureAwait(false);
            pending.Write(RegistryConnections.Of(client, registry));
        });
    });

    private RegistrySettings Options(RegistrySettings known) => known with
    {
        PlainHttp = IsBound(nameof(PlainHttp)) ? PlainHttp.IsPresent : known.PlainHttp,
        CertificateAuthority = CertificateAuthority is null ? known.CertificateAuthority : PathResolver.Target(this, CertificateAuthority),
        ClientCertificate = ClientCertificate is null ? known.ClientCertificate : PathResolver.Target(this, ClientCertificate),
        SkipCertificateCheck = IsBound(nameof(SkipCertificateCheck)) ? SkipCertificateCheck.IsPresent : known.SkipCertificateCheck,
    };

    private RegistryCredential? ReadCredential()
    {
        switch (ParameterSetName)
        {
            case UserSet:
                return Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password
                    ? new RegistryCredential(UserName, password)
                    : throw new RegistryUnauthorizedException(
                        $"The environment variable {PasswordVariable} that should hold the password for {UserName} at {Registry} is not set or empty.",
                        "Set it for this step, and give its name, not its value, as -PasswordVariable.");
            case TokenSet:
                return RegistryCredential.FromIdentityToken(new NetworkCredential("", IdentityToken).Password);
            default:
                return Credential is null ? null : Credentials.Of(Credential);
        }
    }
}
