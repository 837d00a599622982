namespace ImagePusher.Binding;

/// <summary>The parts of versions for each of which the newest are taken.</summary>
public enum VersionPart
{
    /// <summary>All versions together.</summary>
    None,

    /// <summary>Each first number: 1, 2.</summary>
    Major = 1,

    /// <summary>Each pair of the first two numbers: 1.1, 1.2.</summary>
    Minor = 2,
}
