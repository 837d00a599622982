using ImagePusher.Core.Discovery;

namespace ImagePusher.Binding;

/// <summary>The files to change, each once, and the references of each: all, or those that Find-ImageReference has passed on.</summary>
internal sealed class ReferenceSelection
{
    // Null: all references of the file.
    private readonly Dictionary<string, HashSet<(long Line, long Column)>?> _places = new(StringComparer.Ordinal);

    /// <summary>The files, in the order in which they were added.</summary>
    public IEnumerable<string> Files => _places.Keys;

    /// <summary>Adds a file, or one reference of it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="line">The line of the reference; 0 for all references.</param>
    /// <param name="column">The column of the reference.</param>
    public void Add(string file, long line, long column)
    {
        if (line == 0)
        {
            _places[file] = null;
        }
        else if (!_places.TryGetValue(file, out var places))
        {
            _places[file] = [(line, column)];
        }
        else
        {
            places?.Add((line, column));
        }
    }

    /// <summary>True if a reference of a file was selected.</summary>
    public bool Contains(string file, ReferencePlace place) =>
        _places[file] is not { } places || places.Contains((place.Line, place.Column)) || places.Contains((place.Line, 0));
}
