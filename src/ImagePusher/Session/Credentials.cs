using System.Management.Automation;
using ImagePusher.Core.Abstractions;

namespace ImagePusher.Session;

/// <summary>Turns PowerShell's credentials into the client's.</summary>
internal static class Credentials
{
    /// <summary>The user name <c>&lt;token&gt;</c> marks a refresh token, as in docker's config.</summary>
    public static RegistryCredential Of(PSCredential credential)
    {
        var network = credential.GetNetworkCredential();
        return network.UserName == "<token>"
            ? RegistryCredential.FromIdentityToken(network.Password)
            : new RegistryCredential(credential.UserName, network.Password);
    }
}
