extension Limits {
    /// Where a limit is, and how its value is written.
    private enum Place: Sendable {
        case count(any WritableKeyPath<Limits, Int> & Sendable)
        case bytes(any WritableKeyPath<Limits, Int> & Sendable)
        case time(any WritableKeyPath<Limits, Duration> & Sendable)
    }

    private static let places: [(name: String, place: Place)] = [
        ("connections", .count(\.connections)),
        ("connections-per-address", .count(\.connectionsPerAddress)),
        ("handshake-time", .time(\.handshakeTime)),
        ("header-time", .time(\.headerTime)),
        ("body-rate", .bytes(\.bodyRate)),
        ("slow-time", .time(\.slowTime)),
        ("request-rate", .count(\.requestRate)),
        ("request-burst", .count(\.requestBurst)),
        ("requests-per-client", .count(\.requestsPerClient)),
        ("body-size", .bytes(\.bodyBytes)),
        ("uploads", .count(\.uploads)),
        ("uploads-per-client", .count(\.uploadsPerClient)),
        ("upload-idle-time", .time(\.uploadIdleTime)),
        ("upload-idle-time-when-full", .time(\.uploadIdleTimeWhenFull)),
        ("json-size", .bytes(\.jsonBytes)),
        ("recipe-size", .bytes(\.recipeBytes)),
        ("manifest-size", .bytes(\.manifestBytes)),
        ("layer-size", .bytes(\.layerBytes)),
        ("expansion", .count(\.expansion)),
        ("expansion-size", .bytes(\.expansionBytes)),
    ]

    /// What those limits are called that can be set.
    static var names: [String] { places.map(\.name) }

    /// Reads `NAME=VALUE`, several with commas between them: counts, sizes as in `8GiB`, times as in `30s`. What is not
    /// named stays as it is by default; `nil` for what cannot be read. Only ``requestRate`` may be 0.
    init?(_ text: String) {
        self.init()
        for part in text.split(separator: ",") {
            let sides = part.filter { $0 != " " }.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, let entry = Self.places.first(where: { $0.name == sides[0] }),
                set(entry.place, String(sides[1]))
            else { return nil }
        }
        guard isUsable else { return nil }
    }

    private mutating func set(_ place: Place, _ text: String) -> Bool {
        switch place {
        case .count(let path):
            guard let value = Int(text), (0...1_000_000_000).contains(value) else { return false }
            self[keyPath: path] = value
        case .bytes(let path):
            guard let value = ByteCount.parse(text).flatMap({ Int(exactly: $0) }) else { return false }
            self[keyPath: path] = value
        case .time(let path):
            guard let value = TimeSpan.parse(text), value <= 604_800 else { return false }
            self[keyPath: path] = .seconds(Int64(value))
        }
        return true
    }

    /// Whether anybody can be served.
    private var isUsable: Bool {
        let counts = [
            connections, connectionsPerAddress, requestBurst, requestsPerClient, bodyBytes, uploads, uploadsPerClient,
        ]
        // Documents are in memory as a whole.
        let documents = [
            (jsonBytes, 256 << 20), (recipeBytes, 256 << 20), (manifestBytes, StoredManifest.byteCountMaximum),
        ]
        guard documents.allSatisfy({ (1 << 10...$1).contains($0) }), layerBytes > 0, expansion > 0 else { return false }
        let times = [handshakeTime, headerTime, slowTime, uploadIdleTime, uploadIdleTimeWhenFull]
        return counts.allSatisfy { $0 > 0 } && times.allSatisfy { $0 > .zero }
    }
}
