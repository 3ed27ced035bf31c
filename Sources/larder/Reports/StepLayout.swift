import Build

/// Where the steps of a build are in a picture: each stage a column, each step below all that it needs.
struct StepLayout {
    /// What a box stands for.
    enum Item: Hashable {
        /// A step, by its position in the list of reports.
        case step(Int)
        /// An image that a stage begins with or copies from.
        case image(String)
    }

    /// One box.
    struct Box: Hashable {
        let item: Item
        let column: Int
        let row: Int
    }

    /// An arrow from what is needed to the step that needs it.
    struct Arrow: Hashable {
        let from: Item
        let to: Item
        /// Whether files are taken from it, where the step does not stand on it.
        let isCopy: Bool
    }

    private(set) var boxes: [Box] = []
    private(set) var arrows: [Arrow] = []
    /// The names of the stages, by column; none for a column of an image alone.
    private(set) var columns: [String?] = []
    /// How many rows there are.
    var rowCount: Int { (boxes.map(\.row).max() ?? -1) + 1 }

    private var places: [Item: Int] = [:]

    /// Lays out the steps, each of which comes after those it needs. O(steps and what they need).
    init(_ steps: [StepReport]) {
        for (position, step) in steps.enumerated() {
            let column = column(of: step.stage)
            var row = 0
            for (source, isCopy) in [(step.parent, false)] + step.sources.map({ ($0, true) }) {
                guard let item = item(source, column, isCopy: isCopy) else { continue }
                if let place = places[item] { row = max(row, boxes[place].row + 1) }
                arrows.append(Arrow(from: item, to: .step(position), isCopy: isCopy))
            }
            add(Box(item: .step(position), column: column, row: row))
        }
    }

    /// Finds what a step needs; an image that nothing needed so far gets a box.
    private mutating func item(_ source: StepReport.Source, _ column: Int, isCopy: Bool) -> Item? {
        switch source {
        case .scratch: return nil
        case .step(let position): return places[.step(position)] == nil ? nil : .step(position)
        case .image(let name):
            let item = Item.image(name)
            if places[item] != nil { return item }
            var own = column
            if boxes.contains(where: { $0.column == column && $0.row == 0 }) || isCopy {
                columns.append(nil)
                own = columns.count - 1
            }
            add(Box(item: item, column: own, row: 0))
            return item
        }
    }

    private mutating func column(of stage: String) -> Int {
        if let column = columns.firstIndex(of: stage) { return column }
        columns.append(stage)
        return columns.count - 1
    }

    private mutating func add(_ box: Box) {
        places[box.item] = boxes.count
        boxes.append(box)
    }

    /// The box of an item.
    subscript(item: Item) -> Box? { places[item].map { boxes[$0] } }
}
