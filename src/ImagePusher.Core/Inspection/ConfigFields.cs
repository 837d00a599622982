using System.Globalization;

namespace ImagePusher.Core.Inspection;

/// <summary>The fields of a config as names and texts. Variables and labels are fields of their own.</summary>
internal static class ConfigFields
{
    /// <summary>The fields that the config has, in a fixed order.</summary>
    public static IReadOnlyDictionary<string, string> Of(ImageDocument config)
    {
        var fields = new OrderedDictionary<string, string>(StringComparer.Ordinal);
        Add("Platform", config.Basics.Platform.ToString());
        Add("Created", config.Basics.Created?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Add("Author", config.Author);
        Add("User", config.User);
        Add("WorkingDirectory", config.WorkingDirectory);
        Add("Entrypoint", Words(config.Entrypoint));
        Add("Command", Words(config.Command));
        foreach (var (name, value) in config.Environment)
        {
            Add($"Environment.{name}", value);
        }

        foreach (var (name, value) in config.Labels)
        {
            Add($"Labels.{name}", value);
        }

        Add("ExposedPorts", Words([.. config.ExposedPorts.Order(StringComparer.Ordinal)]));
        Add("Volumes", Words([.. config.Volumes.Order(StringComparer.Ordinal)]));
        Add("StopSignal", config.StopSignal);
        if (config.HealthCheck is { } check)
        {
            Add("HealthCheck", string.Create(
                CultureInfo.InvariantCulture,
                $"{Words(check.Test)} interval={check.Interval} timeout={check.Timeout} retries={check.Retries} "
                + $"start={check.StartPeriod} startInterval={check.StartInterval}"));
        }

        return fields;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                fields[name] = value;
            }
        }
    }

    private static string? Words(IReadOnlyList<string> words) => words.Count == 0
        ? null
        : string.Join(' ', words.Select(word => word.Length == 0 || word.Contains(' ', StringComparison.Ordinal) ? $"'{word}'" : word));
}
