internal import Chunking

extension GraphAnswer: Codable {
    private enum CodingKeys: String, CodingKey {
        case steps
    }

    /// A step as it is sent. Chains of steps that stand on one another begin alike: of each chain only what the one before it
    /// does not have is sent, or a long Dockerfile's answer would grow with the square of its length.
    private struct Row: Codable {
        var step: Step
        /// How many layers at the beginning are those of the last step before that has a chain; `nil` for none.
        var shared: Int?

        private enum CodingKeys: String, CodingKey {
            case shared
        }

        init(_ step: Step, shared: Int) {
            self.step = step
            self.shared = shared == 0 ? nil : shared
            if shared > 0 { self.step.chain?.removeFirst(shared) }
        }

        init(from decoder: any Decoder) throws {
            step = try Step(from: decoder)
            shared = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Int.self, forKey: .shared)
        }

        func encode(to encoder: any Encoder) throws {
            try step.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encodeIfPresent(shared, forKey: .shared)
        }
    }

    /// Reads an answer.
    /// - Throws: `DecodingError`, also for a chain that is to begin with more layers than there are.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        var last: [Digest] = []
        steps = try container.decode([Row].self, forKey: .steps).map { row in
            var step = row.step
            guard let own = step.chain else { return step }
            let shared = row.shared ?? 0
            guard (0...last.count).contains(shared) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .steps, in: container, debugDescription: "a chain begins with \(shared) unknown layers")
            }
            last = last.prefix(shared) + own
            step.chain = last
            return step
        }
    }

    /// Writes the same.
    public func encode(to encoder: any Encoder) throws {
        var last: [Digest] = []
        let rows = steps.map { step -> Row in
            guard let chain = step.chain else { return Row(step, shared: 0) }
            let shared = zip(last, chain).prefix { $0 == $1 }.count
            last = chain
            return Row(step, shared: shared)
        }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(rows, forKey: .steps)
    }
}
