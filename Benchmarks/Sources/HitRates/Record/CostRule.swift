public import FoundationEssentials

/// What steps cost that are not measured otherwise: those whose instruction contains a text.
public struct CostRule: Codable, Hashable, Sendable {
    /// A part of the instruction after expansion.
    public var contains: String
    /// How long it takes. Seconds.
    public var seconds: Double?
    /// How long its layer is. Bytes.
    public var bytes: UInt64?

    /// Reads a JSON list of rules.
    /// - Throws: ``HitRatesError`` `invalidInput`.
    public static func list(decoding data: Data, named name: String) throws(HitRatesError) -> [CostRule] {
        do {
            return try JSONDecoder().decode([CostRule].self, from: data)
        } catch {
            throw HitRatesError(
                .invalidInput,
                "\(name) is not a list as [{\"contains\": \"apt-get\", \"seconds\": 20, \"bytes\": 50000000}]: \(error)"
            )
        }
    }
}
