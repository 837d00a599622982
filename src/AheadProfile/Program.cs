using ImagePusher.AheadProfile;

switch (args)
{
    // Creates the list of methods from the log of a process that compiled all methods at run time.
    case ["list", var log, var output]:
        File.WriteAllLines(output, JitLog.Methods(log));
        return 0;

    // Before the compiler: creates a copy of an assembly in which the methods that are not on the list are marked to be skipped.
    case ["mark", var assembly, var list, var output]:
        var methods = new MethodList(File.ReadLines(list));
        var marked = new AssemblyFile(assembly);
        marked.SetFlags((type, method) => methods.Contains(type, method) ? null : AssemblyFile.NotCompiledAhead);
        marked.Save(output);
        return 0;

    // After the compiler: removes the marks from the result, so that the runtime treats these methods like all others.
    case ["unmark", var assembly, var compiled]:
        var original = new AssemblyFile(assembly);
        var result = new AssemblyFile(compiled);
        result.CopyFlags(original);
        result.Save(compiled);
        return 0;

    default:
        Console.Error.WriteLine("list LOG OUTPUT | mark ASSEMBLY METHODS OUTPUT | unmark ASSEMBLY COMPILED");
        return 1;
}
