using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Naming;
using ImagePusher.Core.Oci;
using RequirementList = System.Collections.Generic.IReadOnlyList<ImagePusher.Core.Trust.PolicyRequirement>;

namespace ImagePusher.Core.Trust;

/// <summary>
/// A signature policy in the format of containers-policy.json(5), which skopeo and podman use: an image must satisfy all requirements
/// of the most specific scope of its name under <c>transports.docker</c>, else those of <c>default</c>. What the policy has and this
/// library does not support never accepts an image.
/// </summary>
/// <remarks>Immutable once loaded, except that key files are read when an image needs them first.</remarks>
public sealed class SignaturePolicy : ImagePolicy
{
    /// <summary>The policy of the system, where it has one; not on Windows.</summary>
    internal const string SystemPath = "/etc/containers/policy.json";

    private readonly PolicyFile _file;
    private readonly PolicyContent _content;

    private SignaturePolicy(PolicyFile file, PolicyContent content) => (_file, _content) = (file, content);

    /// <summary>Reads a policy file.</summary>
    /// <param name="path">The file. Relative paths of keys in it refer to its folder.</param>
    /// <exception cref="InvalidOptionException">
    /// The file is malformed, has a property twice, or has a property or type that is not known; the message says where.
    /// </exception>
    /// <exception cref="PathNotFoundException">The file does not exist.</exception>
    /// <exception cref="AccessDeniedException">The file cannot be read.</exception>
    /// <exception cref="LimitExceededException">The file has more than 1 MiB.</exception>
    public static SignaturePolicy Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var full = Path.GetFullPath(path);
        var file = PolicyFile.Read(full);
        try
        {
            var requirements = new RequirementReader(Path.GetDirectoryName(full)!, TimeProvider.System);
            return new SignaturePolicy(file, new PolicyReader(requirements).Read(file.Json));
        }
        catch (FormatException error)
        {
            var position = error is JsonContentException { Place: var place } ? $" ({file.PositionOf(place)})" : "";
            throw new InvalidOptionException(
                $"The signature policy '{full}' is invalid: {error.Message}{position}.",
                "Correct the policy; see containers-policy.json(5).", error);
        }
    }

    /// <inheritdoc/>
    internal override async Task<bool> VerifyAsync(
        IImageSource source, ImageReference? name, Descriptor manifest, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(manifest);
        var check = new PolicyCheck(source, name, manifest, _file);
        foreach (var requirement in RequirementsFor(name))
        {
            await check.RequireAsync(requirement, cancellationToken).ConfigureAwait(false);
        }

        return check.WasSigned;
    }

    /// <summary>The verdicts of all signatures under all requirements for signatures that apply to an image.</summary>
    internal async Task<IReadOnlyList<SignatureVerdict>> ExamineAsync(
        IImageSource source, ImageReference? name, Descriptor manifest, CancellationToken cancellationToken)
    {
        var check = new PolicyCheck(source, name, manifest, _file);
        var verdicts = new List<SignatureVerdict>();
        foreach (var requirement in RequirementsFor(name))
        {
            verdicts.AddRange(await check.ExamineAsync(requirement, cancellationToken).ConfigureAwait(false));
        }

        return verdicts;
    }

    /// <summary>
    /// The requirements for an image. A reference with tag and digest has two scopes of its own, and the requirements of both apply; so do
    /// those of a scope that spells the registry in another way.
    /// </summary>
    internal IEnumerable<PolicyRequirement> RequirementsFor(ImageReference? name)
    {
        IEnumerable<ImageReference> names = name switch
        {
            null => [],
            { Tag: { } tag, Digest: { } digest } => [name.WithTag(tag), name.WithDigest(digest)],
            _ => [name],
        };
        var lists = names.SelectMany(one => _content.OtherSpellingsOf(one).Select(FindFor).OfType<RequirementList>().Prepend(ListFor(one)));
        return name is null
            ? _content.Default
            : lists.Distinct<RequirementList>(ReferenceEqualityComparer.Instance).SelectMany(list => list);
    }

    private RequirementList ListFor(ImageReference name) =>
        FindFor(name) ?? FindIn(PolicyScope.WildcardsOf(name).Append("")) ?? _content.Default;

    // The requirements for the registry itself, for a part of it, or for the image.
    private RequirementList? FindFor(ImageReference name) => FindIn(PolicyScope.Of(name));

    private RequirementList? FindIn(IEnumerable<string> scopes) =>
        scopes.Select(scope => _content.Docker.GetValueOrDefault(scope)).FirstOrDefault(list => list is not null);
}
