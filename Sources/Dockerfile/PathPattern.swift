/// Go's `filepath.Match` (Unix) for one wildcard path of COPY or ADD: `*` and `?` do not cross `/`, `[a-z]` and
/// `[^a-z]` take one character, a backslash takes the next character literally.
public struct PathPattern: Sendable {
    /// Atoms between two runs.
    private struct Piece: Sendable {
        /// Whether a `*` stands in front.
        let afterRun: Bool
        var atoms: [PatternAtom]
    }

    private let pieces: [Piece]

    /// Whether there is a wildcard in it at all.
    public let hasWildcard: Bool

    /// Parses a pattern such as `src/*.py`. `file`, `line` and `text` are for the message.
    /// - Throws: `syntax` with a sentence about what is malformed.
    public init(_ pattern: String, file: String, line: Int, text: String) throws(DockerfileError) {
        try self.init(pattern, at: LineLocation(file: file, line: line, text: text))
    }

    init(_ pattern: String, at location: LineLocation) throws(DockerfileError) {
        let atoms: [PatternAtom]
        do {
            atoms = try PatternAtom.parse(pattern)
        } catch {
            throw location.syntax("`\(pattern)` is not a valid path pattern: \(error.reason).")
        }
        var pieces = [Piece(afterRun: false, atoms: [])]
        for atom in atoms {
            if atom == .run {
                pieces.append(Piece(afterRun: true, atoms: []))
            } else {
                pieces[pieces.count - 1].atoms.append(atom)
            }
        }
        self.pieces = pieces
        hasWildcard = atoms.contains(where: \.isWildcard)
    }

    /// Whether `path` matches as a whole. Never more than quadratic: like Go, each piece behind a `*` is taken where
    /// it fits first, and not tried again further on.
    public func matches(_ path: String) -> Bool {
        var rest = path.scalarRun
        for (number, piece) in pieces.enumerated() {
            let isLast = number == pieces.count - 1
            guard let next = Self.skip(piece, in: rest, isLast: isLast) else { return false }
            rest = next
        }
        return rest.isEmpty
    }

    /// What is left of `text` behind the first place where `piece` fits.
    private static func skip(_ piece: Piece, in text: Scalars, isLast: Bool) -> Scalars? {
        if isLast, piece.afterRun, piece.atoms.isEmpty { return text.contains("/") ? nil : text.suffix(0) }
        var start = text
        while true {
            if start.count >= piece.atoms.count, zip(piece.atoms, start).allSatisfy({ $0.matches($1) }) {
                let rest = start.dropFirst(piece.atoms.count)
                if !isLast || rest.isEmpty || !piece.afterRun { return rest }
            }
            guard piece.afterRun, let skipped = start.popFirst(), skipped != "/" else { return nil }
        }
    }
}
