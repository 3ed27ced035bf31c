/// As much of a terminal as a display needs: lines, a cursor, and the sequences that move up and erase below.
struct Terminal {
    private(set) var lines: [String] = [""]
    private(set) var isCursorShown = true
    private var row = 0
    private var column = 0

    mutating func take(_ text: String) {
        var scalars = Substring(text).unicodeScalars
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\n":
                (row, column) = (row + 1, 0)
                if row == lines.count { lines.append("") }
            case "\r": column = 0
            case "\u{1b}": escape(&scalars)
            default:
                lines[row] = lines[row].prefix(column) + String(Character(scalar))
                column += 1
            }
        }
    }

    private mutating func escape(_ scalars: inout Substring.UnicodeScalarView) {
        var sequence = ""
        while let scalar = scalars.popFirst() {
            sequence.unicodeScalars.append(scalar)
            if scalar != "[", (0x40...0x7e).contains(scalar.value) { break }
        }
        switch sequence {
        case "[?25l": isCursorShown = false
        case "[?25h": isCursorShown = true
        case "[J":
            lines.removeSubrange((row + 1)...)
            lines[row] = String(lines[row].prefix(column))
        default:
            if sequence.hasSuffix("A"), let count = Int(sequence.dropFirst().dropLast()) { row = max(0, row - count) }
        }
    }
}
