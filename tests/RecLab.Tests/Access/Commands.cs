using System.Reflection;
using System.Runtime.CompilerServices;
using RecLab.Access;

namespace RecLab.Tests.Access;

/// <summary>Every command of the application, read from the compiled program: what a service does for somebody, whom it is told as <c>who</c>.</summary>
internal static class Commands
{
    /// <summary>What is no command of its own: the record itself, what a command hands the name to, and rows that only keep it.</summary>
    private static readonly HashSet<Type> Beneath = [typeof(Audit), typeof(LinkDesk), typeof(RecLab.Serving.Placement), typeof(RecLab.Data.Importer), typeof(RecLab.Data.DatasetWriter)];

    public static IReadOnlyList<MethodInfo> All { get; } =
    [
        .. from type in typeof(Program).Assembly.GetExportedTypes()
           where !Beneath.Contains(type)
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
           where method.GetParameters().Any(p => p.Name == "who" && p.ParameterType == typeof(string))
           orderby type.Name, method.Name
           select method,
    ];

    public static string Name(MethodBase method) => $"{method.DeclaringType!.Name}.{method.Name}";

    /// <summary>The methods of the application that one leads to: called, awaited, or handed on as a delegate.</summary>
    public static IEnumerable<MethodBase> LeadsTo(MethodBase from)
    {
        HashSet<MethodBase> seen = [];
        Stack<MethodBase> open = new([from]);
        while (open.TryPop(out var method))
        {
            if (!seen.Add(method)) continue;
            yield return method;
            if (method.DeclaringType!.Assembly != typeof(Program).Assembly) continue;
            if (method.GetCustomAttribute<StateMachineAttribute>() is { StateMachineType: var machine }) open.Push(machine.GetMethod("MoveNext", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!);
            foreach (var called in FloorPlan.MembersIn(method).OfType<MethodBase>()) open.Push(Written(called));
        }
    }

    /// <summary>The method as it is written, not as it is called with one type or another.</summary>
    private static MethodBase Written(MethodBase method)
    {
        if (method is MethodInfo { IsGenericMethod: true } generic) method = generic.GetGenericMethodDefinition();
        return method.DeclaringType is { IsConstructedGenericType: true } owner ? MethodBase.GetMethodFromHandle(method.MethodHandle, owner.GetGenericTypeDefinition().TypeHandle)! : method;
    }
}
