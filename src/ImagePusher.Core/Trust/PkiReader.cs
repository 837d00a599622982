using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace ImagePusher.Core.Trust;

/// <summary>Reads the <c>pki</c> of a requirement: certificates of the caller's own authority (containers-policy.json(5)).</summary>
/// <param name="folder">The folder of the policy, which relative paths refer to.</param>
/// <param name="clock">The time at which certificates must be valid.</param>
internal sealed class PkiReader(string folder, TimeProvider clock)
{
    private static readonly string[] Names =
        ["caRootsPath", "caRootsData", "caIntermediatesPath", "caIntermediatesData", "subjectHostname", "subjectEmail"];

    /// <summary>Reads the requirement; the certificates are read at the first use.</summary>
    /// <exception cref="FormatException">It is malformed; the message names the place.</exception>
    public Func<SignatureTrust> Read(JsonElement element, string at)
    {
        var properties = StrictJson.Object(element, Names, at);
        var roots = ReadSource(properties, "caRoots", at) ?? throw StrictJson.Invalid(at, "needs caRootsPath or caRootsData");
        var intermediates = ReadSource(properties, "caIntermediates", at);
        var mail = Optional(properties, "subjectEmail", at);
        var host = Optional(properties, "subjectHostname", at);
        if (mail is null && host is null)
        {
            throw StrictJson.Invalid(at, "needs subjectEmail or subjectHostname");
        }

        return () => new CertificateTrust(
            [.. roots(), .. intermediates?.Invoke() ?? []],
            identities => (mail is null || identities.Contains(new CertificateIdentity(IdentityKind.Mail, mail)))
                && (host is null || identities.Any(
                    known => known.Kind == IdentityKind.Host && known.Text.Equals(host, StringComparison.OrdinalIgnoreCase))),
            string.Join(" and ", new[] { mail, host }.OfType<string>()), clock);
    }

    private Func<IReadOnlyList<X509Certificate2>>? ReadSource(Dictionary<string, JsonElement> properties, string name, string at)
    {
        var (path, data) = (Optional(properties, name + "Path", at), Optional(properties, name + "Data", at));
        if (path is not null && data is not null)
        {
            throw StrictJson.Invalid(at, $"has both {name}Path and {name}Data");
        }

        if (path is not null)
        {
            return () => CertificateText.ReadTrusted(
                KeyText.ReadFile(Path.Combine(folder, path), $"certificate file of {at}"), $"The file '{path}' of {at}");
        }

        var pem = data is null ? null : Encoding.Latin1.GetString(StrictJson.Base64(data, $"{at}.{name}Data"));
        return pem is null ? null : () => CertificateText.ReadTrusted(pem, $"{at}.{name}Data");
    }

    private static string? Optional(Dictionary<string, JsonElement> properties, string name, string at) =>
        !properties.TryGetValue(name, out var value) ? null
        : StrictJson.Text(value, $"{at}.{name}") is { Length: > 0 } text ? text
        : throw StrictJson.Invalid($"{at}.{name}", "is empty");
}
