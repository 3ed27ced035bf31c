import Testing

@testable import Dockerfile

@Suite("Plans for several platforms")
struct JoinedPlanTests {
    private func plan(_ text: String) throws -> BuildPlan {
        let dockerfile = try Dockerfile(parsing: Array(text.utf8), file: "Dockerfile")
        let platforms = ["linux/amd64", "linux/arm64"]
        return BuildPlan(
            joining: try platforms.map { platform in
                var options = Dockerfile.Options()
                options.platform = platform
                let images = try dockerfile.requiredImages(options: options)
                let settings = Dictionary(uniqueKeysWithValues: images.map { ($0, ImageSettings()) })
                return try dockerfile.plan(options: options, bases: settings)
            })
    }

    @Test("A stage on the build platform that knows of no target is there once")
    func shared() throws {
        let plan = try plan(
            """
            FROM --platform=$BUILDPLATFORM go AS tool
            RUN make tool
            FROM --platform=$BUILDPLATFORM tool AS build
            ARG TARGETARCH
            RUN make $TARGETARCH
            FROM scratch
            COPY --from=build /out /out
            COPY --from=tool /tool /tool
            COPY --from=certs /certs /certs
            RUN --mount=from=tool,target=/t true
            """)
        #expect(plan.stages.map(\.name) == ["tool", "build", "2", "build", "2"])
        #expect(plan.stages.map(\.platform) == Array(repeating: "linux/amd64", count: 4) + ["linux/arm64"])
        #expect(
            plan.targets == [.init(stage: 2, platform: "linux/amd64"), .init(stage: 4, platform: "linux/arm64")])
        #expect(plan.stages[0].base == .image("go", platform: "linux/amd64"))
        #expect(plan.stages[3].base == .stage(0))
        #expect(
            plan.stages[4].steps.map(\.operation.sources) == [
                [.stage(3)], [.stage(0)], [.image("certs", platform: "linux/arm64")], [.stage(0)],
            ])
        #expect(
            plan.stages[2].steps.map(\.operation.sources) == [
                [.stage(1)], [.stage(0)], [.image("certs", platform: "linux/amd64")], [.stage(0)],
            ])
    }

    @Test("What each platform has of its own is there for each")
    func own() throws {
        let plan = try plan(
            "FROM base AS own\nRUN make\nFROM scratch AS files\nCOPY . /\nFROM own\nCOPY --from=files / /\n")
        #expect(plan.stages.prefix(3).allSatisfy { $0.platform == "linux/amd64" })
        #expect(plan.stages.count == 6 && plan.stages.suffix(3).allSatisfy { $0.platform == "linux/arm64" })
        #expect(plan.stages.map(\.base).contains(.image("base", platform: "linux/arm64")))
        #expect(Set(plan.targets.map(\.stage)) == [2, 5])
    }

    @Test("A fixed platform makes one stage for all, and two images of it")
    func fixed() throws {
        let plan = try plan("FROM --platform=linux/s390x base\nRUN make\n")
        #expect(plan.stages.map(\.platform) == ["linux/s390x"])
        #expect(
            plan.targets == [.init(stage: 0, platform: "linux/amd64"), .init(stage: 0, platform: "linux/arm64")])
    }
}
