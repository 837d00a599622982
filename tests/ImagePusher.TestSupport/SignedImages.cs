namespace ImagePusher.TestSupport;

/// <summary>Keys, and images that skopeo signed with them (tests/Fixtures/sigstore).</summary>
public static class SignedImages
{
    /// <summary>The passphrase of the private keys.</summary>
    public const string Passphrase = "test-only";

    /// <summary>The OCI layout with the images <c>registry.example/team/…:1</c> and their signatures.</summary>
    public static string Layout => PathOf("signed");

    /// <summary>The public key in the file of a name, <c>one</c> or <c>two</c>.</summary>
    public static string PublicKey(string name) => PathOf($"{name}.pub");

    /// <summary>The encrypted private key of a name.</summary>
    public static string PrivateKey(string name) => PathOf($"{name}.private");

    /// <summary>The path of a file of the fixture.</summary>
    public static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", "sigstore", name);
}
