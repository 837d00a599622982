using System.Text;

namespace ImagePusher.Core.Registry.Authentication;

/// <summary>Parses WWW-Authenticate headers: several challenges per header, quoted strings with commas (RFC 9110, 11.6.1).</summary>
internal static class ChallengeParser
{
    /// <summary>All challenges, in their order. What does not match the grammar is skipped.</summary>
    public static IReadOnlyList<Challenge> Parse(IEnumerable<string> headers)
    {
        var challenges = new List<Challenge>();
        foreach (var header in headers)
        {
            new Reader(header, challenges).Run();
        }

        return challenges;
    }

    private sealed class Reader(string text, List<Challenge> challenges)
    {
        private int _at;
        private Dictionary<string, string>? _parameters;

        public void Run()
        {
            while (Skip(" \t,") && ReadName() is { Length: > 0 } name)
            {
                var end = _at;
                Skip(" \t");
                if (_parameters is not null && TryReadValue(out var value))
                {
                    _parameters.TryAdd(name, value);
                    continue;
                }

                _at = end;
                _parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
                challenges.Add(new Challenge(name, _parameters));
                SkipToken68();
            }
        }

        private bool Skip(string characters)
        {
            while (_at < text.Length && characters.Contains(text[_at], StringComparison.Ordinal))
            {
                _at++;
            }

            return _at < text.Length;
        }

        private string ReadName()
        {
            var start = _at;
            while (_at < text.Length && text[_at] is not (' ' or '\t' or ',' or '=' or '"'))
            {
                _at++;
            }

            return text[start.._at];
        }

        private bool TryReadValue(out string value)
        {
            value = "";
            if (_at >= text.Length || text[_at] != '=')
            {
                return false;
            }

            _at++;
            Skip(" \t");
            value = _at < text.Length && text[_at] == '"' ? ReadQuoted() : ReadUnquoted();
            return true;
        }

        private string ReadQuoted()
        {
            var value = new StringBuilder();
            for (_at++; _at < text.Length && text[_at] != '"'; _at++)
            {
                if (text[_at] == '\\' && _at + 1 < text.Length)
                {
                    _at++;
                }

                value.Append(text[_at]);
            }

            _at++;
            return value.ToString();
        }

        private string ReadUnquoted()
        {
            var start = _at;
            while (_at < text.Length && text[_at] is not (' ' or '\t' or ','))
            {
                _at++;
            }

            return text[start.._at];
        }

        // "Negotiate YII=": data instead of parameters.
        private void SkipToken68()
        {
            var start = _at;
            Skip(" \t");
            var name = ReadName();
            while (_at < text.Length && text[_at] == '=')
            {
                _at++;
            }

            var end = _at;
            Skip(" \t");
            var isData = name.Length > 0 && end > start && (_at >= text.Length || text[_at] == ',')
                && text.AsSpan(start, end - start).TrimStart().IndexOfAny(' ', '"') < 0;
            _at = isData ? _at : start;
        }
    }
}
