using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Language;
using System.Net;
using System.Security;
using System.Text.RegularExpressions;
using ImagePusher.Binding;
using ImagePusher.Core;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;
using ImagePusher.Output;
using ImagePusher.Pipeline;
using ImagePusher.Session;

namespace ImagePusher.Cmdlets;

/// <summary>Connect-Registry: sets credentials and certificates for this session, after the registry has accepted them.</summary>
[Cmdlet(VerbsCommunications.Connect, "Registry", DefaultParameterSetName = PasswordSet)]
[OutputType(typeof(RegistryConnection))]
public sealed partial class ConnectRegistryCommand : AsyncCommand
{
    private const string CredentialSet = "Credential";
    private const string VariableSet = "PasswordVariable";
    private const string PasswordSet = "Password";
    private const string TokenSet = "IdentityToken";

    /// <summary>The registry.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(RegistryCompleter))]
    public string Registry { get; set; } = "";

    /// <summary>The user name and password; anonymous if omitted.</summary>
    [Parameter(Position = 1, ParameterSetName = CredentialSet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The user name.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VariableSet)]
    [Parameter(Position = 1, ParameterSetName = PasswordSet)]
    [ValidateNotNullOrEmpty]
    public string UserName { get; set; } = "";

    /// <summary>The password; PowerShell prompts for it if only the user name is specified.</summary>
    [Parameter(Position = 2, ParameterSetName = PasswordSet)]
    [ValidateNotNull]
    [Secret]
    public SecureString Password { get; set; } = new();

    /// <summary>The name of the environment variable that contains the password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = VariableSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EnvironmentVariableCompleter))]
    public string PasswordVariable { get; set; } = "";

    /// <summary>A refresh token, as docker stores it in identitytoken.</summary>
    [Parameter(Mandatory = true, ParameterSetName = TokenSet)]
    [ValidateNotNull]
    [Secret]
    public SecureString IdentityToken { get; set; } = new();

    /// <summary>Use HTTP without TLS.</summary>
    [Parameter]
    public SwitchParameter PlainHttp { get; set; }

    /// <summary>A PEM file with certificates to trust in addition to those of the system.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? CertificateAuthority { get; set; }

    /// <summary>A PEM or PFX file with the client certificate and its key.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ClientCertificate { get; set; }

    /// <summary>Accept every certificate of this registry.</summary>
    [Parameter]
    public SwitchParameter SkipCertificateCheck { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Registry, () =>
    {
        var (registry, credential, client) = (RegistryNames.Parse(Registry), ReadCredential(), PusherSession.Current.Client);

        // A registry without its own settings continues to follow the defaults.
        var known = client.GetSettings(registry);
        var settings = Change(known) is var wanted && wanted == known ? null : wanted;
        Start(Registry, async (pending, token) =>
        {
            // Nothing is kept of a connection that the registry rejects.
            await client.ConnectAsync(registry, credential, settings, new RequestOptions { Log = Log }, token).ConfigureAwait(false);
            pending.Write(RegistryConnection.Of(client, registry));
        });
    });

    private RegistrySettings Change(RegistrySettings known) => known with
    {
        PlainHttp = IsBound(nameof(PlainHttp)) ? PlainHttp.IsPresent : known.PlainHttp,
        CertificateAuthority = ExistingFile(CertificateAuthority) ?? known.CertificateAuthority,
        ClientCertificate = ExistingFile(ClientCertificate) ?? known.ClientCertificate,
        SkipCertificateCheck = IsBound(nameof(SkipCertificateCheck)) ? SkipCertificateCheck.IsPresent : known.SkipCertificateCheck,
    };

    private string? ExistingFile(string? path) =>
        path is null ? null
        : PathResolver.Target(this, path) is var full && File.Exists(full) ? full
        : throw new PathNotFoundException($"The certificate file '{full}' does not exist.", "Check the path.");

    private RegistryCredential? ReadCredential() => ParameterSetName switch
    {
        _ when UserName.Contains(':', StringComparison.Ordinal) => throw PasswordInUserName(),
        VariableSet => new RegistryCredential(UserName, ReadVariable()),
        PasswordSet => ReadPassword(),
        TokenSet => RegistryCredential.FromIdentityToken(Reveal(IdentityToken, nameof(IdentityToken))),
        _ => Credential is null ? null : Credentials.Of(Credential),
    };

    // HTTP sends USER:PASSWORD, so a colon ends the user name (RFC 7617), and the password follows.
    private InvalidOptionException PasswordInUserName()
    {
        PlainSecret.HideLine(this);
        return new InvalidOptionException(
            "The user name contains a colon, which separates it from a password.",
            "Specify the password by -PasswordVariable or -Password.");
    }

    private RegistryCredential? ReadPassword()
    {
        var password = IsBound(nameof(Password)) ? Reveal(Password, nameof(Password)) : null;
        return (UserName.Length, password) switch
        {
            (0, null) => null,
            (0, _) => throw new InvalidOptionException("A password was given without a user name.", "Specify -UserName too."),
            (_, null) => Credentials.Of(AskForPassword()),
            _ => new RegistryCredential(UserName, password),
        };
    }

    private PSCredential AskForPassword()
    {
        try
        {
            return Host.UI.PromptForCredential("Sign in", $"Enter the password for {Registry}.", UserName, "")
                ?? throw new InvalidOptionException($"No password for {UserName} was entered.", "Enter it, or specify -Password.");
        }
        catch (Exception error) when (error is HostException or InvalidOperationException or NotImplementedException)
        {
            throw new InvalidOptionException(
                $"The password of {UserName} is missing, and this session is not interactive.",
                "Specify -Password, or -PasswordVariable with the name of an environment variable.", error);
        }
    }

    private string ReadVariable()
    {
        if (Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password)
        {
            return password;
        }

        // A value that is not a typical variable name may be the password itself, and is not shown.
        var isName = VariableName().IsMatch(PasswordVariable);
        if (!isName)
        {
            HideLine();
        }

        throw new InvalidOptionException(
            $"The environment variable {(isName ? PasswordVariable + " " : "")}for the password of {UserName} is not set.",
            "Specify the name of an environment variable, not the password itself, and set the variable.");
    }

    private string Reveal(SecureString secret, string parameter)
    {
        if (SecretAttribute.IsPlain(secret))
        {
            HideLine();
            throw new InvalidOptionException(
                $"The parameter -{parameter} requires a SecureString; plain text was rejected, " +
                "because it would remain in scripts and histories.",
                parameter == nameof(Password)
                    ? "Specify (Read-Host -AsSecureString), or use -PasswordVariable with the name of an environment variable."
                    : "Specify (Read-Host -AsSecureString).");
        }

        return new NetworkCredential("", secret).Password;
    }

    // PowerShell shows the line of a script that an error comes from.
    private void HideLine()
    {
        var nowhere = new ScriptPosition("", 0, 0, "");
        MyInvocation.DisplayScriptPosition = new ScriptExtent(nowhere, nowhere);
    }

    [GeneratedRegex(@"\A[A-Z0-9_]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
