/// `--chmod`: what becomes of a file's permission bits. Octal (`755`) or symbolic (`u=rwX,go=rX`, as chmod(1) has it, without
/// a umask).
public struct FileMode: Hashable, Sendable {
    private enum Change: Hashable, Sendable {
        case clear(UInt32)
        case set(UInt32)
        /// `X`: for directories, and files that somebody could execute before.
        case setIfExecutable(UInt32)
        /// `g=u`: the bits of one class to others, each by its place.
        case copy(from: UInt32, to: [UInt32], clears: Bool, sets: Bool)
    }

    private static let permissions: UInt32 = 0o6777
    private static let sticky: UInt32 = 0o1000
    private static let execution: UInt32 = 0o111

    /// As written.
    public let text: String
    /// The same for all ways to write a number; the symbolic form as written.
    public let canonicalText: String
    private var changes: [Change] = []

    /// Reads octal digits or the symbolic form.
    /// - Throws: `syntax`.
    init(_ text: String, at location: LineLocation) throws(DockerfileError) {
        self.text = text
        let isNumber = text.utf8.first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
        if let mode = UInt32(text, radix: 8), mode <= 0o7777, isNumber {
            changes = [.clear(0o7777), .set(mode)]
            canonicalText = String(mode, radix: 8)
            return
        }
        canonicalText = text
        guard !isNumber, readSymbols() else {
            throw location.syntax(
                "`--chmod=\(text)` is not a mode; give the bits in octal, from 0 to 7777, or as chmod does: `u=rwX,go=rX`."
            )
        }
    }

    /// The bits that a file with `mode` gets.
    public func applied(to mode: UInt32, isDirectory: Bool) -> UInt32 {
        var result = mode
        for change in changes {
            switch change {
            case .clear(let bits): result &= ~bits
            case .set(let bits): result |= bits
            case .setIfExecutable(let bits):
                if isDirectory || mode & Self.execution != 0 { result |= bits }
            case .copy(let from, let classes, let clears, let sets):
                let value = result >> from & 0o7
                for shift in classes {
                    if clears { result &= ~((sets ? 0o7 : value) << shift) }
                    if sets { result |= value << shift }
                }
            }
        }
        return result
    }

    /// The bits of directories that are made on the way to the destination, as BuildKit has mkdir(2) make them: only a number
    /// says what they are, without the bits of its umask and without set-id and sticky bits.
    public var ofDirectoriesInFront: UInt32 {
        UInt32(text, radix: 8) == nil ? 0o755 : applied(to: 0, isDirectory: true) & 0o777 & ~0o022
    }

    /// - Returns: whether ``text`` is in the symbolic form.
    private mutating func readSymbols() -> Bool {
        var rest = text.scalarRun
        repeat {
            let who = Self.takeClasses(from: &rest)
            repeat {
                guard let sign = rest.popFirst(), sign == "+" || sign == "-" || sign == "=" else { return false }
                addClause(who, sign, &rest)
            } while !rest.isEmpty && rest.first != ","
        } while rest.popFirst() == ","
        return rest.isEmpty
    }

    private static func takeClasses(from rest: inout Scalars) -> UInt32 {
        let classes: [Unicode.Scalar: UInt32] = ["a": permissions, "u": 0o4700, "g": 0o2070, "o": 0o0007]
        var who: UInt32 = 0
        while let scalar = rest.first, let bits = classes[scalar] {
            who |= bits
            rest.removeFirst()
        }
        return who
    }

    private mutating func addClause(_ classes: UInt32, _ sign: Unicode.Scalar, _ rest: inout Scalars) {
        var who = classes
        var (bits, executable): (UInt32, UInt32) = (0, 0)
        var isCleared = sign != "="
        func clear(_ changes: inout [Change]) {
            if !isCleared { changes.append(.clear(who == 0 ? Self.permissions : who)) }
            isCleared = true
        }
        while let scalar = rest.first {
            switch scalar {
            case "r": bits |= 0o444
            case "w": bits |= 0o222
            case "x": bits |= Self.execution
            case "X": if sign == "-" { bits |= Self.execution } else { executable |= Self.execution }
            case "s": if who & ~0o7 != 0 || who == 0 { bits |= 0o6000 }
            case "t":
                if who & ~0o7 != 0 || who == 0 {
                    if who != 0 { who |= Self.sticky }
                    bits |= Self.sticky
                }
            case "u", "g", "o":
                if bits != 0 { clear(&changes) }
                add(bits, executable, who, sign)
                (bits, executable) = (0, 0)
                isCleared = true
                changes.append(Self.copy(scalar, who, sign))
            default:
                clear(&changes)
                return add(bits, executable, who, sign)
            }
            rest.removeFirst()
        }
        clear(&changes)
        add(bits, executable, who, sign)
    }

    private mutating func add(_ bits: UInt32, _ executable: UInt32, _ who: UInt32, _ sign: Unicode.Scalar) {
        let mask = who == 0 ? 0o7777 : who
        if bits & mask != 0 { changes.append(sign == "-" ? .clear(bits & mask) : .set(bits & mask)) }
        if executable & mask != 0 { changes.append(.setIfExecutable(executable & mask)) }
    }

    private static func copy(_ source: Unicode.Scalar, _ who: UInt32, _ sign: Unicode.Scalar) -> Change {
        let places: [UInt32] = [6, 3, 0].filter { who == 0 || who & (0o4 << $0) != 0 }
        return .copy(
            from: source == "u" ? 6 : source == "g" ? 3 : 0, to: places, clears: sign != "+", sets: sign != "-")
    }
}
