/// One pattern of a `.dockerignore`, compiled. The semantics are those of moby/patternmatcher, which BuildKit uses:
/// `filepath.Match` with `**`, and for `**` at the start or end of plain text a comparison of suffix or prefix.
struct IgnorePattern: Sendable {
    /// Plain forms are compared as bytes; the rest runs as a state machine, so no pattern is slow on any path.
    private enum Form: Sendable {
        case exact
        /// Plain text, then `**`.
        case prefix
        /// `**`, then plain text; if a slash stood between them, whole components are compared.
        case suffix(afterSlash: Bool)
        case machine([State])
    }

    private enum State: Hashable, Sendable {
        case atom(PatternAtom)
        /// `**` in front of more: nothing, or any run that ends with `/`. Two states, see ``follow(_:_:into:)``.
        case directories
        case insideDirectories
        /// `**` at the end: any run.
        case anything

        var isPlain: Bool {
            if case .atom(let atom) = self { return !atom.isWildcard }
            return false
        }
    }

    /// Whether it is an exception (`!`).
    let isException: Bool
    private let form: Form
    /// The plain bytes that each match begins with (for ``Form/exact`` all of them).
    private let head: [UInt8]
    /// The plain bytes that each match ends with.
    private let tail: [UInt8]

    /// Compiles a cleaned pattern without its `!`.
    init(_ pattern: String, isException: Bool) throws(PatternAtom.Malformed) {
        self.isException = isException
        // Go refuses what filepath.Match would refuse, before it looks for `**`.
        _ = try PatternAtom.parse(pattern)
        let states = try Self.compile(pattern)
        let text = Array(pattern.utf8)
        let wild = states.indices.filter { !states[$0].isPlain }
        let hasEscape = text.contains(UInt8(ascii: "\\"))
        if wild.isEmpty, !hasEscape {
            (form, head, tail) = (.exact, text, text)
        } else if wild == [states.count - 1], states.last == .anything, !hasEscape {
            (form, head, tail) = (states.count == 1 ? .suffix(afterSlash: false) : .prefix, Array(text.dropLast(2)), [])
        } else if wild == [0, 1], states.first == .directories, !hasEscape {
            let isAfterSlash = text.dropFirst(2).first == UInt8(ascii: "/")
            (form, head, tail) = (.suffix(afterSlash: isAfterSlash), [], Array(text.dropFirst(isAfterSlash ? 3 : 2)))
        } else {
            form = .machine(states)
            head = Self.plainBytes(of: states)
            tail = Self.plainBytes(of: states.reversed()).reversed()
        }
    }

    /// Whether the first `count` bytes of `path` match as a whole.
    func matches(_ path: [UInt8], count: Int) -> Bool {
        guard count >= head.count, count >= tail.count else { return false }
        switch form {
        case .exact:
            return count == head.count && Self.bytes(of: path, at: 0, are: head)
        case .prefix:
            return Self.bytes(of: path, at: 0, are: head)
        case .suffix(let slash):
            guard Self.bytes(of: path, at: count - tail.count, are: tail) else { return false }
            return !slash || count == tail.count || path[count - tail.count - 1] == UInt8(ascii: "/")
        case .machine(let states):
            guard Self.bytes(of: path, at: count - tail.count, are: tail) else { return false }
            guard Self.bytes(of: path, at: 0, are: head) else { return false }
            return run(states, over: path[..<count]).contains(states.count)
        }
    }

    /// Whether it could match something that begins with `directory`, a path with a slash at its end. May say yes
    /// where no such path exists, never no where one does.
    func mayMatch(below directory: [UInt8]) -> Bool {
        switch form {
        case .exact: return head.count > directory.count && head.starts(with: directory)
        case .prefix: return head.starts(with: directory) || directory.starts(with: head)
        case .suffix: return true
        case .machine(let states):
            let common = min(head.count, directory.count)
            guard head.prefix(common) == directory.prefix(common) else { return false }
            return !run(states, over: directory[...]).isEmpty
        }
    }

    /// Whether `part`, which fits there, stands in `path` at `position`.
    private static func bytes(of path: [UInt8], at position: Int, are part: [UInt8]) -> Bool {
        for index in part.indices where path[position + index] != part[index] { return false }
        return true
    }
}

// MARK: - The state machine

extension IgnorePattern {
    private static func compile(_ pattern: String) throws(PatternAtom.Malformed) -> [State] {
        var rest = pattern.scalarRun
        var states: [State] = []
        while !rest.isEmpty {
            if rest.starts(with: ["*", "*"]) {
                rest = rest.dropFirst(2)
                if rest.first == "/" { rest.removeFirst() }
                states += rest.isEmpty ? [.anything] : [.directories, .insideDirectories]
            } else {
                states.append(.atom(try PatternAtom.take(from: &rest)))
            }
        }
        return states
    }

    private static func plainBytes(of states: some Sequence<State>) -> [UInt8] {
        var bytes: [UInt8] = []
        for state in states {
            // Bytes of a scalar cannot be reversed one by one, so only ASCII counts.
            guard case .atom(.scalar(let scalar)) = state, scalar.isASCII else { break }
            bytes.append(UInt8(scalar.value))
        }
        return bytes
    }

    /// The states alive after `text`; the number behind the last state means a match.
    private func run(_ states: [State], over text: ArraySlice<UInt8>) -> StateSet {
        var alive = StateSet()
        Self.enter(0, states, into: &alive)
        var decoder = UTF8Reader(text)
        while let scalar = decoder.next() {
            var next = StateSet()
            alive.forEach { Self.follow($0, states, scalar, into: &next) }
            if next.isEmpty { return next }
            alive = next
        }
        return alive
    }

    /// Makes `state` alive, and those that need no scalar to be reached from it.
    private static func enter(_ state: Int, _ states: [State], into set: inout StateSet) {
        var state = state
        // Being in the set already means that all behind it is there too.
        while !set.contains(state) {
            set.insert(state)
            guard state < states.count else { return }
            switch states[state] {
            case .atom(.run), .anything:
                state += 1
            case .directories:
                set.insert(state + 1)
                state += 2
            case .atom, .insideDirectories:
                return
            }
        }
    }

    private static func follow(_ state: Int, _ states: [State], _ scalar: Unicode.Scalar, into set: inout StateSet) {
        guard state < states.count else { return }
        switch states[state] {
        case .atom(.run):
            if scalar != "/" { enter(state, states, into: &set) }
        case .anything:
            enter(state, states, into: &set)
        case .directories:
            break
        case .insideDirectories:
            set.insert(state)
            if scalar == "/" { enter(state + 1, states, into: &set) }
        case .atom(let atom):
            if atom.matches(scalar) { enter(state + 1, states, into: &set) }
        }
    }
}
