/// An instruction taken apart into its name, its flags and the rest.
struct InstructionText: Sendable {
    /// In capitals.
    let name: String
    /// As it stands there.
    let writtenName: String
    /// `--name=value` in front of everything else.
    let flags: [String]
    /// What follows, without white space at the ends.
    let rest: Scalars
    let location: LineLocation
    /// The here-documents that it begins, with their text.
    private(set) var heredocs: [Heredoc] = []

    init(_ line: LogicalLine, escape: Unicode.Scalar) {
        let text = line.text.scalarRun.trimmed
        let name = text.prefix { !$0.isBlank }
        writtenName = String(scalars: name)
        self.name = writtenName.uppercased()
        var rest = text.dropFirst(name.count).trimmedLeft
        flags = Self.takeFlags(from: &rest, escape: escape)
        self.rest = rest.trimmed
        location = line.location
    }

    /// The instruction that begins behind ONBUILD.
    init(triggerOf text: InstructionText, escape: Unicode.Scalar) {
        self.init(LogicalLine(text: String(scalars: text.rest), location: text.location), escape: escape)
        heredocs = text.heredocs
    }

    /// Takes the text of the here-documents that it begins from the lines that follow. In the JSON form there are none.
    /// - Throws: `syntax`.
    mutating func takeHeredocs(
        of line: LogicalLine, from reader: inout LineReader, escape: Unicode.Scalar
    ) throws(DockerfileError) {
        let instruction = name == "ONBUILD" ? InstructionText(triggerOf: self, escape: escape) : self
        guard ["RUN", "COPY", "ADD"].contains(instruction.name), line.text.utf8.contains(UInt8(ascii: "<")) else {
            return
        }
        if case .strings = JSONStringArray.read(String(scalars: instruction.rest)) { return }
        for var heredoc in Heredoc.all(in: line.text) {
            heredoc.content = try reader.takeContent(of: heredoc, at: location)
            heredocs.append(heredoc)
        }
    }

    /// Takes words that begin with `--` off the front; one that is just `--` ends them.
    private static func takeFlags(from rest: inout Scalars, escape: Unicode.Scalar) -> [String] {
        var flags: [String] = []
        while rest.starts(with: ["-", "-"]) {
            let flag = takeWord(from: &rest, escape: escape)
            rest = rest.trimmedLeft
            if flag == "--" { break }
            flags.append(flag)
        }
        return flags
    }

    /// Takes one word off the front; quotes and escape characters lose their own place in it.
    private static func takeWord(from rest: inout Scalars, escape: Unicode.Scalar) -> String {
        var word: [Unicode.Scalar] = []
        var quote: Unicode.Scalar?
        while let scalar = rest.popFirst() {
            if scalar == quote {
                quote = nil
            } else if scalar == escape {
                if let escaped = rest.popFirst() { word.append(escaped) }
            } else if quote != nil {
                word.append(scalar)
            } else if scalar == "'" || scalar == "\"" {
                quote = scalar
            } else if scalar.isSpace {
                break
            } else {
                word.append(scalar)
            }
        }
        return String(scalars: word)
    }
}
