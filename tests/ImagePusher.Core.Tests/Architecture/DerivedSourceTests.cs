using System.Reflection;
using ImagePusher.Core.Abstractions;
using ImagePusher.Core.Registry;

namespace ImagePusher.Core.Tests.Architecture;

/// <summary>A source that reads from a registry is marked as such: otherwise the policies of that registry would not be applied.</summary>
public sealed class DerivedSourceTests
{
    private static readonly Type[] Registries = [typeof(IImageSource), typeof(IReferrerSource), typeof(IRemoteSource),
        typeof(RegistryRepository)];

    [Fact]
    public void Every_derived_source_references_its_source()
    {
        var holders = typeof(IImageSource).Assembly.GetTypes()
            .Where(type => type is { IsClass: true } && type.IsAssignableTo(typeof(IImageSource))
                && Fields(type).Any(field => Registries.Contains(field.FieldType)))
            .ToList();
        Assert.True(holders.Count >= 3, string.Join(", ", holders));
        Assert.All(holders, holder => Assert.True(holder.IsAssignableTo(typeof(IDerivedSource)), holder.FullName));
    }

    private static FieldInfo[] Fields(Type type) =>
        type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
}
