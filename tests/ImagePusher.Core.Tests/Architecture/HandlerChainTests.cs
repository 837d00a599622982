using Mono.Cecil;
using Mono.Cecil.Rocks;

namespace ImagePusher.Core.Tests.Architecture;

/// <summary>The HTTP handlers of a registry form a chain, told from the compiled code.</summary>
public sealed class HandlerChainTests
{
    private const string Http = "ImagePusher.Core.Registry.Http.";
    private const string Authentication = "ImagePusher.Core.Registry.Authentication.";

    private static readonly string[] Chain =
    [
        Http + "RegistryTransport", Http + "RetryHandler", Authentication + "AuthenticationHandler", Http + "RedirectHandler",
        Http + "LimitsHandler", Http + "ConnectionHandler",
    ];

    // Types that the handlers use; none of them may depend on a handler.
    private static readonly string[] Parts =
    [
        "ImagePusher.Core.Registry.RegistryHost", Authentication + "HostDiscovery", Authentication + "TokenProvider",
        Authentication + "TokenClient", Http + "RegistryMessage", Http + "RegistryFailure",
    ];

    [Fact]
    public void Only_the_RetryHandler_references_Polly()
    {
        using var assembly = Read();
        var users = assembly.MainModule.GetAllTypes()
            .Where(type => References.Of(type).Any(used => used.Namespace.StartsWith("Polly", StringComparison.Ordinal)))
            .Select(References.Outermost)
            .Distinct();
        Assert.Equal([Http + "RetryHandler"], users);
    }

    [Fact]
    public void No_handler_depends_on_another_handler()
    {
        using var assembly = Read();
        var known = Graph(assembly);
        var handlers = known.Keys.Where(name => IsHandler(assembly.MainModule.GetType(name))).ToList();
        Assert.Equal(Chain.Skip(1).Order(), handlers.Order());

        // RegistryTransport puts the RetryHandler of its caller before the chain; only HandlerChain knows the order of the others.
        Assert.Empty(handlers.SelectMany(handler => known[handler].Where(used => used != handler && handlers.Contains(used))));
        Assert.Empty(Parts.SelectMany(part => known[part].Where(handlers.Contains)));
    }

    [Fact]
    public void The_handler_chain_has_no_cycle()
    {
        using var assembly = Read();
        var known = Graph(assembly);
        foreach (var start in Chain.Concat(Parts))
        {
            var reached = new HashSet<string>();
            var open = new Stack<string>(known[start].Where(used => used != start));
            while (open.TryPop(out var next))
            {
                if (reached.Add(next) && known.TryGetValue(next, out var further))
                {
                    foreach (var used in further)
                    {
                        open.Push(used);
                    }
                }
            }

            Assert.DoesNotContain(start, reached);
        }
    }

    private static AssemblyDefinition Read() => AssemblyDefinition.ReadAssembly(typeof(ImagePusherException).Assembly.Location);

    private static bool IsHandler(TypeDefinition? type)
    {
        for (var current = type?.BaseType; current is not null; current = current.Resolve()?.BaseType)
        {
            if (current.FullName == "System.Net.Http.HttpMessageHandler")
            {
                return true;
            }
        }

        return false;
    }

    // Every type of the registry client, with those that it and the types nested in it use.
    private static Dictionary<string, HashSet<string>> Graph(AssemblyDefinition assembly) => assembly.MainModule.GetAllTypes()
        .Where(type => References.Outermost(type).StartsWith("ImagePusher.Core.Registry", StringComparison.Ordinal))
        .GroupBy(References.Outermost)
        .ToDictionary(group => group.Key, group => group.SelectMany(References.Of).Select(References.Outermost).ToHashSet());
}
