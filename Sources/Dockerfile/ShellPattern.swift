/// The pattern of `${name#pattern}`, `${name%pattern}` and `${name/pattern/text}`: `*` is any run, `?` one scalar, neither
/// takes a line feed; a backslash takes the next character literally. After BuildKit's `frontend/dockerfile/shell`.
struct ShellPattern {
    private enum Atom {
        case scalar(Unicode.Scalar)
        case one
        case run

        /// Whether the atom takes `scalar`.
        func matches(_ scalar: Unicode.Scalar) -> Bool {
            switch self {
            case .scalar(let own): own == scalar
            case .one, .run: scalar != "\n"
            }
        }
    }

    private var atoms: [Atom] = []

    /// - Throws: ``PatternAtom/Malformed`` for a backslash in front of what needs none.
    init(_ pattern: String) throws(PatternAtom.Malformed) {
        var rest = pattern.scalarRun
        while let scalar = rest.popFirst() {
            switch scalar {
            case "*": atoms.append(.run)
            case "?": atoms.append(.one)
            case "\\":
                // What ends the form itself is escaped on the way here, too.
                guard let escaped = rest.popFirst(), "*?\\}/".unicodeScalars.contains(escaped) else {
                    throw PatternAtom.Malformed(reason: "a backslash stands before `*`, `?`, `\\`, `}` or `/` only")
                }
                atoms.append(.scalar(escaped))
            default: atoms.append(.scalar(scalar))
            }
        }
    }

    /// `value` without the shortest or longest beginning that matches.
    func trimmingPrefix(of value: String, longest: Bool) -> String {
        let run = value.scalarRun
        guard let end = Self.end(of: atoms, in: run, longest: longest) else { return value }
        return String(scalars: run[end...])
    }

    /// `value` without the shortest or longest end that matches.
    func trimmingSuffix(of value: String, longest: Bool) -> String {
        let run = Array(value.unicodeScalars.reversed())[...]
        guard let end = Self.end(of: atoms.reversed(), in: run, longest: longest) else { return value }
        return String(scalars: run[end...].reversed())
    }

    /// `value` with the first match, or all of them, replaced. Each match is the longest at its place.
    func replacing(in value: String, with replacement: String, everywhere: Bool) -> String {
        let run = value.scalarRun
        var result: [Unicode.Scalar] = []
        var copied = run.startIndex
        var search = run.startIndex
        while search <= run.endIndex {
            guard let match = firstMatch(in: run, from: search) else { break }
            result += run[copied..<match.lowerBound]
            // As in Go nothing is found right behind what was found before.
            if match.upperBound > copied || match.isEmpty && match.lowerBound == run.startIndex {
                result += replacement.unicodeScalars
            }
            copied = match.upperBound
            search = max(search + 1, match.upperBound)
            if !everywhere { break }
        }
        return String(scalars: result + run[copied...])
    }

    private func firstMatch(in run: Scalars, from start: Int) -> Range<Int>? {
        for begin in start...run.endIndex {
            // A run in front takes all that is before a match further on.
            if let end = Self.end(of: atoms, in: run[begin...], longest: true) { return begin..<end }
        }
        return nil
    }

    /// Where the shortest or longest match ends that begins where `run` does.
    private static func end(of atoms: [Atom], in run: Scalars, longest: Bool) -> Int? {
        var alive = StateSet()
        enter(0, atoms, into: &alive)
        var found: Int?
        for index in run.startIndex...run.endIndex {
            if alive.contains(atoms.count) {
                found = index
                if !longest { break }
            }
            guard index < run.endIndex else { break }
            var next = StateSet()
            alive.forEach { state in
                guard state < atoms.count, atoms[state].matches(run[index]) else { return }
                if case .run = atoms[state] {
                    enter(state, atoms, into: &next)
                } else {
                    enter(state + 1, atoms, into: &next)
                }
            }
            if next.isEmpty { break }
            alive = next
        }
        return found
    }

    /// Makes `state` alive, and those behind runs that match nothing.
    private static func enter(_ state: Int, _ atoms: [Atom], into set: inout StateSet) {
        set.insert(state)
        guard state < atoms.count, case .run = atoms[state] else { return }
        enter(state + 1, atoms, into: &set)
    }
}
