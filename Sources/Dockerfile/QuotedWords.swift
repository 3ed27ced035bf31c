/// Splitting of `name=value` instructions into words. Quotes and escape characters stay in the words: expansion
/// takes them away.
enum QuotedWords {
    /// The words of `text`; white space inside quotes or behind an escape character does not separate.
    static func split(_ text: Scalars, escape: Unicode.Scalar) -> [String] {
        var words: [String] = []
        var word: [Unicode.Scalar] = []
        var quote: Unicode.Scalar?
        var rest = text
        while let scalar = rest.popFirst() {
            if scalar == escape, quote != "'" {
                // At the end there is nothing to escape.
                guard let escaped = rest.popFirst() else { break }
                word += [scalar, escaped]
            } else if quote == nil, scalar.isSpace {
                if !word.isEmpty { words.append(String(scalars: word)) }
                word = []
            } else {
                if quote == scalar {
                    quote = nil
                } else if quote == nil, scalar == "'" || scalar == "\"" {
                    quote = scalar
                }
                word.append(scalar)
            }
        }
        if !word.isEmpty { words.append(String(scalars: word)) }
        return words
    }
}
