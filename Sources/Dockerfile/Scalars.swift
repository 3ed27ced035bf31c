/// Text is taken apart by Unicode scalars: a `Character` would join a carriage return with its line feed, or a
/// quote with a combining mark behind it.
typealias Scalars = ArraySlice<Unicode.Scalar>

extension String {
    init(scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }

    /// The text as an indexable run of scalars.
    var scalarRun: Scalars { Array(unicodeScalars)[...] }

    /// The text without white space at both ends.
    var trimmed: String { String(scalars: scalarRun.trimmed) }

    /// The text with every run of white space, line ends included, as one space.
    var onOneLine: String {
        unicodeScalars.split(whereSeparator: \.isSpace).map { String(String.UnicodeScalarView($0)) }
            .joined(separator: " ")
    }
}

extension Scalars {
    var trimmedLeft: Scalars { drop(while: \.isSpace) }

    var trimmed: Scalars {
        var run = trimmedLeft
        while let last = run.last, last.isSpace { run.removeLast() }
        return run
    }

    /// The words between blanks; no line holds a line feed any more.
    var blankSeparatedWords: [String] { split(whereSeparator: \.isBlank).map { String(scalars: $0) } }
}

extension Unicode.Scalar {
    /// White space as Unicode has it, which is what Go's `unicode.IsSpace` tests.
    var isSpace: Bool {
        isASCII ? self == " " || ("\t"..."\r").contains(self) : properties.isWhitespace
    }

    /// What separates the words of an instruction.
    var isBlank: Bool { self == " " || self == "\t" || self == "\u{B}" || self == "\u{C}" || self == "\r" }
}
