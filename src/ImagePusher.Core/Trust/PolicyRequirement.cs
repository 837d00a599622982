namespace ImagePusher.Core.Trust;

/// <summary>One requirement of a policy (containers-policy.json(5), Policy Requirements).</summary>
/// <param name="Place">Its place in the policy: <c>transports.docker["registry.example"][0]</c>.</param>
internal abstract record PolicyRequirement(string Place);

/// <summary>Accepts any image.</summary>
internal sealed record AcceptAnything(string Place) : PolicyRequirement(Place);

/// <summary>Rejects every image.</summary>
internal sealed record RejectAnything(string Place) : PolicyRequirement(Place);

/// <summary>A requirement of the format that is not supported: it is part of the policy, but no image can satisfy it.</summary>
/// <param name="Place">The place of what is not supported.</param>
/// <param name="Feature">The unsupported feature.</param>
internal sealed record UnsupportedRequirement(string Place, string Feature) : PolicyRequirement(Place);

/// <summary>Requires a sigstore signature.</summary>
/// <param name="Place">Its place in the policy.</param>
/// <param name="Trust">Reads the keys or roots when they are needed first.</param>
/// <param name="Identity">The signed reference that is accepted.</param>
internal sealed record SigstoreSigned(string Place, Lazy<SignatureTrust> Trust, IdentityRule Identity) : PolicyRequirement(Place);
