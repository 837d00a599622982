using ImagePusher.Core.Oci;

namespace ImagePusher.Core.Transfer;

/// <summary>Which image of an index is meant where nobody says.</summary>
internal static class DefaultPlatform
{
    /// <summary>linux on this machine's processor if the index has it, else linux/amd64.</summary>
    /// <param name="index">The index.</param>
    /// <param name="subject">What the index is of, for the message.</param>
    /// <exception cref="PlatformNotFoundException">The index has neither; the message lists what it has.</exception>
    public static Platform Of(ImageIndex index, string subject)
    {
        ArgumentNullException.ThrowIfNull(index);
        var there = index.Manifests.Where(entry => !entry.IsAttestation).Select(entry => entry.Platform).OfType<Platform>().Where(platform => !platform.IsUnknown).ToList();
        Platform[] wanted = [Platform.LinuxHere, new Platform("linux", "amd64")];
        return Array.Find(wanted, platform => there.Exists(other => other.Satisfies(platform)))
            ?? throw new PlatformNotFoundException(
                $"{subject} has no image for {string.Join(" or ", wanted.Distinct())}; it has {(there.Count > 0 ? string.Join(", ", there.Distinct()) : "no platforms")}.",
                "Choose one of these with -Platform, or take them all with -AllPlatforms.");
    }
}
