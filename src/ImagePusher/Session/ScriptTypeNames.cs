using System.Collections;
using System.Management.Automation;
using System.Reflection;
using ImagePusher.Core;
using ImagePusher.Core.Archives;
using ImagePusher.Core.Registry;
using ImagePusher.Core.Transfer;

namespace ImagePusher.Session;

/// <summary>
/// Makes types of ImagePusher.Core visible to scripts as type accelerators: the exceptions, so that <c>catch</c> can name them, and
/// the enumerations of parameters, so that proxies of cmdlets (ProxyCommand, Pester's Mock) can name them. The engine does not
/// search assemblies of other load contexts for types, and importing Core as a module would cost more time.
/// Type accelerators belong to the process: a name that exists is left unchanged, and if copies of the module are imported from
/// several folders, the oldest copy that is still imported owns the names.
/// </summary>
internal static class ScriptTypeNames
{
    /// <summary>
    /// The key of the list of imported copies of the module, the oldest first. Copies do not share types, so the list has a type of the
    /// runtime.
    /// </summary>
    private const string CopiesKey = "ImagePusher.ExceptionTypes";

    private static readonly Type Accelerators =
        typeof(PSObject).Assembly.GetType("System.Management.Automation.TypeAccelerators", throwOnError: true)!;

    private static readonly Type[] Types = FindTypes();

    /// <summary>Adds the names unless another copy of the module has added them.</summary>
    public static void Add()
    {
        var copies = Copies();
        lock (copies)
        {
            if (!copies.Contains(Types))
            {
                copies.Add(Types);
                Register(copies[0]);
            }
        }
    }

    /// <summary>Removes the names, or passes them on to the next copy of the module.</summary>
    public static void Remove()
    {
        var copies = Copies();
        lock (copies)
        {
            if (copies.Remove(Types))
            {
                Unregister(Types);
                if (copies.Count > 0)
                {
                    Register(copies[0]);
                }
            }
        }
    }

    // CopyFailedException comes from the facade for C# programs, which no cmdlet uses.
    private static Type[] FindTypes() =>
    [
        .. typeof(ImagePusherException).Assembly.GetExportedTypes()
            .Where(static type => typeof(ImagePusherException).IsAssignableFrom(type) && type != typeof(CopyFailedException)),
        typeof(ArchiveFormat), typeof(LayerCompression), typeof(ManifestFormat), typeof(UploadForm),
    ];

    private static List<Type[]> Copies()
    {
        lock (Accelerators)
        {
            if (AppDomain.CurrentDomain.GetData(CopiesKey) is not List<Type[]> copies)
            {
                copies = [];
                AppDomain.CurrentDomain.SetData(CopiesKey, copies);
            }

            return copies;
        }
    }

    private static void Register(Type[] types)
    {
        var known = Known();
        foreach (var type in types)
        {
            if (!known.ContainsKey(type.FullName!))
            {
                Call("Add", type.FullName!, type);
            }
        }
    }

    private static void Unregister(Type[] types)
    {
        var known = Known();
        foreach (var type in types)
        {
            if (known.TryGetValue(type.FullName!, out var registered) && registered == type)
            {
                Call("Remove", type.FullName!);
            }
        }

        ForgetResolved(types);
    }

    /// <summary>
    /// The engine records the types that scripts have named. Without this, <c>catch</c> would still mean the types of a removed copy
    /// after another version is imported.
    /// </summary>
    private static void ForgetResolved(Type[] types)
    {
        var cache = typeof(PSObject).Assembly.GetType("System.Management.Automation.Language.TypeCache")
            ?.GetField("s_cache", BindingFlags.NonPublic | BindingFlags.Static)?.GetValue(null);
        if (cache is not IDictionary resolved)
        {
            return;
        }

        foreach (DictionaryEntry entry in resolved)
        {
            if (Array.IndexOf(types, entry.Value) >= 0)
            {
                resolved.Remove(entry.Key);
            }
        }
    }

    private static Dictionary<string, Type> Known() => (Dictionary<string, Type>)Accelerators.GetProperty("Get")!.GetValue(null)!;

    private static void Call(string method, params object[] arguments) =>
        Accelerators.GetMethod(method, BindingFlags.Public | BindingFlags.Static)!.Invoke(null, arguments);
}
