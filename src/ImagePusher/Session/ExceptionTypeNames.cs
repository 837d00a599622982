using System.Management.Automation;
using System.Reflection;
using ImagePusher.Core;

namespace ImagePusher.Session;

/// <summary>
/// Makes the exception types of ImagePusher.Core visible to scripts as type accelerators, so that <c>catch</c> can name them. The
/// engine does not search assemblies of other load contexts for types, and importing Core as a module would cost more time.
/// Type accelerators belong to the process: a name that exists is left unchanged, and if copies of the module are imported from
/// several folders, the oldest copy that is still imported owns the names.
/// </summary>
internal static class ExceptionTypeNames
{
    /// <summary>The copies of the module that are imported, the oldest first. Other copies have other types, so this is shared as an object of the runtime.</summary>
    private const string CopiesKey = "ImagePusher.ExceptionTypes";

    private static readonly Type Accelerators = typeof(PSObject).Assembly.GetType("System.Management.Automation.TypeAccelerators", throwOnError: true)!;
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

    private static Type[] FindTypes() =>
        Array.FindAll(typeof(ImagePusherException).Assembly.GetExportedTypes(), static type => typeof(ImagePusherException).IsAssignableFrom(type));

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
    }

    private static Dictionary<string, Type> Known() => (Dictionary<string, Type>)Accelerators.GetProperty("Get")!.GetValue(null)!;

    private static void Call(string method, params object[] arguments) => Accelerators.InvokeMember(
        method, BindingFlags.Public | BindingFlags.Static | BindingFlags.InvokeMethod, binder: null, target: null, arguments, culture: null);
}
