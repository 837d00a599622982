using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace ImagePusher.Tests.Help;

/// <summary>
/// The defaults on the pages are the property values of a new cmdlet. A number that is not set there comes from the options of the registry
/// or the encoder; null is None or a description.
/// </summary>
public sealed class DefaultValueTests(BuiltCmdlets cmdlets) : IClassFixture<BuiltCmdlets>
{
    private const string Elsewhere =
        "$options = Get-RegistryOption *; @{ CompressionLevel = "
            + "[ImagePusher.Core.ImagePusherException].Assembly.GetType("
        + "'ImagePusher.Core.Compression.EncodingSettings').GetField('DefaultLevel', 'Public, NonPublic, Static').GetValue($null) } + "
        + "@{ ChunkSize = $options.ChunkSize; ConnectTimeoutSec = $options.ConnectTimeoutSec; IdleTimeoutSec = $options.IdleTimeoutSec; "
        + "MaximumRetryCount = $options.MaximumRetryCount; RetryIntervalSec = $options.RetryIntervalSec; "
        + "ThrottleLimit = $options.ThrottleLimit }";

    private static readonly Dictionary<string, string> Words = new()
    {
        ["CachePath"] = "The session's cache",
        ["Get-ImageConfig/CachePath"] = "None",
        ["Get-ImageFile/CachePath"] = "None",
        ["Save-ImageFile/CachePath"] = "None",
        ["Set-ImageCache/CachePath"] = "None",
        ["Start-LocalRegistry/Listen"] = "localhost",
    };

    public static TheoryData<string> Names => BuiltCmdlets.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Defaults_are_those_of_the_cmdlet(string name)
    {
        var type = (await cmdlets.GetAsync(name)).ImplementingType;
        var elsewhere = (Hashtable)await cmdlets.ValueAsync(Elsewhere);
        var fresh = Activator.CreateInstance(type)!;
        foreach (var parameter in HelpPage.Of(name).Parameters)
        {
            var value = parameter.Name is "WhatIf" or "Confirm" ? default(SwitchParameter) : Value(fresh, parameter.Name);
            var expected = Text(value is 0 ? elsewhere[parameter.Name] : value)
                ?? Words.GetValueOrDefault($"{name}/{parameter.Name}") ?? Words.GetValueOrDefault(parameter.Name, "None");
            Assert.Equal($"-{parameter.Name}: {expected}", $"-{parameter.Name}: {parameter.DefaultValue}");
        }
    }

    private static object? Value(object cmdlet, string parameter) =>
        cmdlet.GetType().GetProperty(parameter, BindingFlags.Instance | BindingFlags.Public)!.GetValue(cmdlet);

    private static string? Text(object? value) => value switch
    {
        null or "" or Array { Length: 0 } or System.Security.SecureString => null,
        string[] several => string.Join(", ", several),
        SwitchParameter isSet => isSet.IsPresent.ToString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };
}
