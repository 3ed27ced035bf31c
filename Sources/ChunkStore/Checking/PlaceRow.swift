internal import Chunking

/// Of a rebuild: the frames in which a chunk can be read. Of several the one that was written last counts, but what deltas
/// are differences from must not be a delta itself.
struct PlaceRow: Row, Hashable {
    struct Place: Hashable {
        let frame: Location
        let rawOffset: UInt32
        /// Of the frame's record.
        let sequence: UInt64

        static let none = Place(frame: .none, rawOffset: 0, sequence: 0)
    }

    let length: UInt32
    /// In a frame that is no delta.
    var plain = Place.none
    /// In a delta frame.
    var delta = Place.none
    /// Whether a delta was made from it.
    var isBase = false

    init(length: UInt32) {
        self.length = length
    }

    init?(_ row: RawSpan) {
        let size = Location.byteCount + 12
        guard row.byteCount == 5 + 2 * size, let plain = Location(row, at: 5), let delta = Location(row, at: 5 + size)
        else { return nil }
        length = row.integer(at: 0)
        isBase = row.integer(at: 4, as: UInt8.self) != 0
        func place(_ frame: Location, _ start: Int) -> Place {
            Place(
                frame: frame, rawOffset: row.integer(at: start + Location.byteCount),
                sequence: row.integer(at: start + Location.byteCount + 4))
        }
        self.plain = place(plain, 5)
        self.delta = place(delta, 5 + size)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeFixed(length)
        writer.write(UInt8(isBase ? 1 : 0))
        for place in [plain, delta] {
            place.frame.encode(into: &writer)
            writer.writeFixed(place.rawOffset)
            writer.writeFixed(place.sequence)
        }
    }

    mutating func add(_ place: Place, isDelta: Bool) {
        if isDelta {
            if place.sequence > delta.sequence { delta = place }
        } else if place.sequence > plain.sequence || !plain.frame.isPresent {
            plain = place
        }
    }

    /// The place that counts.
    var chosen: Place {
        guard delta.frame.isPresent else { return plain }
        guard plain.frame.isPresent else { return delta }
        return isBase || plain.sequence > delta.sequence ? plain : delta
    }
}
