import TestSupport

/// Makes up projects and changes of them.
struct ChangeGenerator {
    private var random: SeededGenerator

    private static let additions = [
        "LABEL added=1", "ENV ADDED=1", "EXPOSE 99", "CMD [\"added\"]", "ARG ADDED=1", "ARG ADDED", "RUN echo added",
        "WORKDIR /", "STOPSIGNAL 9", "USER root", "VOLUME /added",
    ]

    /// The case of a seed.
    static func make(seed: UInt64) -> HitRateCase {
        let sample = DockerfileGenerator.make(seed: seed)
        let project = HitRateCase.Project(
            name: "seed-\(seed)", context: sample.context, dockerfile: sample.dockerfile)
        var generator = ChangeGenerator(random: SeededGenerator(seed: seed ^ 0x6368_616e_6765))
        var example = HitRateCase(title: "seed \(seed)", project: project)
        for _ in 0..<Int.random(in: 1...2, using: &generator.random) { generator.change(&example) }
        return example
    }

    private mutating func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }

    private mutating func change(_ example: inout HitRateCase) {
        guard Bool.random(using: &random) else {
            example.change += fileChange() + "\n"
            return
        }
        let text = dockerfile(changing: example.project.dockerfile)
        example.change += "cat >Dockerfile <<'END OF DOCKERFILE'\n\(text)END OF DOCKERFILE\n"
    }

    /// A change of one file or directory of the context.
    private mutating func fileChange() -> String {
        let file = "\"$(find src data -type f | sort | sed -n \(Int.random(in: 1...3, using: &random))p)\""
        return switch Int.random(in: 0..<7, using: &random) {
        case 0: "printf changed >>\(file)"
        case 1: "touch --date=@12345 \(file)"
        case 2: "chmod 604 \(file)"
        case 3: "printf new >data/new"
        case 4: "rm \(file)"
        case 5: "mkdir src/empty"
        default: "chown 5:6 \(file)"
        }
    }

    /// Another line less or more, or two in another order.
    private mutating func dockerfile(changing text: String) -> String {
        var lines = text.split(separator: "\n").map(String.init)
        let places = lines.indices.filter { !lines[$0].hasPrefix("FROM ") }
        guard !places.isEmpty else { return text }
        let place = pick(Array(places))
        switch Int.random(in: 0..<5, using: &random) {
        case 0: lines.remove(at: place)
        case 1: lines.insert(lines[place], at: place)
        case 2 where place > 0 && !lines[place - 1].hasPrefix("FROM "): lines.swapAt(place, place - 1)
        case 3: lines[place] = lines[place].replacing("1", with: "2")
        default: lines.insert(pick(Self.additions), at: place)
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
