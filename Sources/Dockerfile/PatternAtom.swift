/// One position of a path pattern: what Go's `filepath.Match` knows besides plain text.
enum PatternAtom: Hashable, Sendable {
    /// This scalar.
    case scalar(Unicode.Scalar)
    /// `?`: any scalar but `/`.
    case one
    /// `*`: any run without `/`.
    case run
    /// `[…]`: one scalar inside (or, negated, outside) of the ranges; `/` is not special here, as in Go.
    case oneOf([ClosedRange<Unicode.Scalar>], negated: Bool)

    var isWildcard: Bool {
        if case .scalar = self { return false }
        return true
    }

    /// Whether the atom, not being a run, takes `scalar`.
    func matches(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .scalar(let own): own == scalar
        case .one: scalar != "/"
        case .run: false
        case .oneOf(let ranges, let negated): ranges.contains { $0.contains(scalar) } != negated
        }
    }

    /// Why a pattern is malformed.
    struct Malformed: Error {
        let reason: String
    }

    /// Takes one atom off the front of `rest`, which is not empty.
    static func take(from rest: inout Scalars) throws(Malformed) -> PatternAtom {
        switch rest.removeFirst() {
        case "*": return .run
        case "?": return .one
        case "[": return try takeClass(from: &rest)
        case "\\":
            guard let escaped = rest.popFirst() else { throw Malformed(reason: "it ends with a backslash") }
            return .scalar(escaped)
        case let plain: return .scalar(plain)
        }
    }

    /// All atoms of a pattern.
    static func parse(_ pattern: String) throws(Malformed) -> [PatternAtom] {
        var rest = pattern.scalarRun
        var atoms: [PatternAtom] = []
        while !rest.isEmpty { atoms.append(try take(from: &rest)) }
        return atoms
    }

    private static func takeClass(from rest: inout Scalars) throws(Malformed) -> PatternAtom {
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        let negated = rest.first == "^"
        if negated { rest.removeFirst() }
        var isFirst = true
        while isFirst || rest.first != "]" {
            isFirst = false
            let low = try takeBound(from: &rest)
            var high = low
            if rest.first == "-" {
                rest.removeFirst()
                high = try takeBound(from: &rest)
            }
            // A range the wrong way round is valid in Go, and empty.
            if low <= high { ranges.append(low...high) }
        }
        rest.removeFirst()
        return .oneOf(ranges, negated: negated)
    }

    private static func takeBound(from rest: inout Scalars) throws(Malformed) -> Unicode.Scalar {
        guard var bound = rest.popFirst() else { throw Malformed(reason: "a `[` is not closed by `]`") }
        if bound == "-" || bound == "]" { throw Malformed(reason: "`\(bound)` needs a backslash inside `[…]`") }
        if bound == "\\" {
            guard let escaped = rest.popFirst() else { throw Malformed(reason: "it ends with a backslash") }
            bound = escaped
        }
        guard !rest.isEmpty else { throw Malformed(reason: "a `[` is not closed by `]`") }
        return bound
    }
}
