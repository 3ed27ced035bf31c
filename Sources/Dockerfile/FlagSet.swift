internal import Spelling

/// The flags of one instruction. An instruction takes those it knows; ``finish(unsupported:)`` refuses the rest.
struct FlagSet {
    private struct Flag {
        let name: String
        let value: String?
    }

    private var flags: [Flag]
    private var known: [String] = []
    private let instruction: String
    private let location: LineLocation

    init(_ text: InstructionText) {
        instruction = text.name
        location = text.location
        flags = text.flags.map { flag in
            let body = flag.scalarRun.dropFirst(2)
            let name = body.prefix { $0 != "=" }
            let value = name.count < body.count ? String(scalars: body.dropFirst(name.count + 1)) : nil
            return Flag(name: String(scalars: name), value: value)
        }
    }

    /// The value of a flag that stands at most once; `nil` without it.
    mutating func string(_ name: String) throws(DockerfileError) -> String? {
        let values = try strings(name)
        guard values.count < 2 else { throw location.syntax("The flag `--\(name)` is given twice; keep one of them.") }
        return values.first
    }

    /// The values of a flag that may stand several times.
    mutating func strings(_ name: String) throws(DockerfileError) -> [String] {
        var values: [String] = []
        for flag in take(name) {
            guard let value = flag.value else {
                throw location.syntax("The flag `--\(name)` needs a value: write `--\(name)=…`.")
            }
            values.append(value)
        }
        return values
    }

    /// Whether a flag that is on or off is on; `nil` without it.
    mutating func boolean(_ name: String) throws(DockerfileError) -> Bool? {
        let taken = take(name)
        guard taken.count < 2 else { throw location.syntax("The flag `--\(name)` is given twice; keep one of them.") }
        guard let flag = taken.first else { return nil }
        switch flag.value?.lowercased() {
        case nil, "true": return true
        case "false": return false
        default: throw location.syntax("The flag `--\(name)` is `true` or `false`, not `\(flag.value ?? "")`.")
        }
    }

    /// Refuses what nobody took. `unsupported` says for flags that Docker knows what to do without them.
    /// - Throws: `unsupported` for those, `syntax` for other flags.
    mutating func finish(unsupported: [String: String] = [:]) throws(DockerfileError) {
        guard let flag = flags.first else { return }
        if let advice = unsupported[flag.name] {
            throw location.unsupported("`\(instruction) --\(flag.name)` is not supported yet; \(advice)")
        }
        guard let nearest = NearestName.of(flag.name, among: known + unsupported.keys.sorted()) else {
            throw location.syntax("\(instruction) has no flag `--\(flag.name)`; remove it.")
        }
        throw location.syntax("\(instruction) has no flag `--\(flag.name)`; did you mean `--\(nearest)`?")
    }

    private mutating func take(_ name: String) -> [Flag] {
        known.append(name)
        let taken = flags.filter { $0.name == name }
        flags.removeAll { $0.name == name }
        return taken
    }
}
