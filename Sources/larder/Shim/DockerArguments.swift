/// Arguments as docker reads them (spf13/pflag): flags and other words in any order, `--flag value`, `--flag=value`,
/// `-f value`, `-fvalue`, several switches behind one dash, `--` before words that are no flags.
struct DockerArguments: Sendable {
    /// Why they cannot be read.
    struct Unreadable: Error, Hashable {
        let why: String
    }

    /// The flags that were given, in order. A switch has `true`, or what stood behind `=`.
    private(set) var flags: [(flag: DockerFlag, value: String)] = []
    /// What is no flag.
    private(set) var words: [String] = []

    /// - Throws: ``Unreadable``.
    init(_ arguments: [String], _ known: [DockerFlag] = DockerFlag.all) throws(Unreadable) {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            if argument == "--" {
                words += rest
                return
            }
            if argument.hasPrefix("--") {
                try takeLong(argument, known, &rest)
            } else if argument.hasPrefix("-"), argument != "-" {
                try takeShort(argument, known, &rest)
            } else {
                words.append(argument)
            }
        }
    }

    private mutating func takeLong(
        _ argument: String, _ known: [DockerFlag], _ rest: inout ArraySlice<String>
    ) throws(Unreadable) {
        let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let flag = known.first(where: { $0.name == parts[0] }) else {
            throw Unreadable(why: "the flag --\(parts[0]) is not known to larder")
        }
        if parts.count == 2 {
            flags.append((flag, String(parts[1])))
        } else if flag.takesValue {
            flags.append((flag, try Self.value(of: "--\(flag.name)", &rest)))
        } else {
            flags.append((flag, "true"))
        }
    }

    private mutating func takeShort(
        _ argument: String, _ known: [DockerFlag], _ rest: inout ArraySlice<String>
    ) throws(Unreadable) {
        var letters = argument.dropFirst()
        while let letter = letters.popFirst() {
            guard let flag = known.first(where: { $0.short == letter }) else {
                throw Unreadable(why: "the flag -\(letter) is not known to larder")
            }
            if letters.first == "=" {
                flags.append((flag, String(letters.dropFirst())))
                return
            }
            guard flag.takesValue else {
                flags.append((flag, "true"))
                continue
            }
            flags.append((flag, letters.isEmpty ? try Self.value(of: "-\(letter)", &rest) : String(letters)))
            return
        }
    }

    private static func value(of flag: String, _ rest: inout ArraySlice<String>) throws(Unreadable) -> String {
        guard let value = rest.popFirst() else { throw Unreadable(why: "\(flag) has no value") }
        return value
    }
}
