using System.Collections.ObjectModel;

namespace ImagePusher.Output;

/// <summary>
/// A read-only list that is readable as text, so that Export-Csv and string interpolation show its items and not the name
/// of a type.
/// </summary>
/// <param name="items">The items.</param>
public sealed class TextList<T>(IList<T> items) : ReadOnlyCollection<T>(items)
{
    /// <summary>The number of items, under the name that arrays use.</summary>
    public int Length => Count;

    /// <summary>The items, separated by commas.</summary>
    public override string ToString() => string.Join(", ", this);
}
