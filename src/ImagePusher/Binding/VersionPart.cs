namespace ImagePusher.Binding;

/// <summary>The version parts that form the groups in which the newest versions are selected.</summary>
public enum VersionPart
{
    /// <summary>All versions together.</summary>
    None,

    /// <summary>Each first number: 1, 2.</summary>
    Major = 1,

    /// <summary>Each pair of the first two numbers: 1.1, 1.2.</summary>
    Minor = 2,
}
