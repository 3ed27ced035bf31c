// swift-tools-version: 6.3

import PackageDescription

// As in the package that is measured.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let larder = Target.Dependency.product(name: "LarderModules", package: "larder")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let hdrHistogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "larder-benchmarks",
    products: [
        .executable(name: "larder-bench", targets: ["LarderBench"]),
        .executable(name: "larder-bench-micro", targets: ["MicroRunner"]),
    ],
    dependencies: [
        .package(name: "larder", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "LarderBench",
            dependencies: [
                "EndToEnd", "HitRates", "LoadGenerator", "Micro", "Scale", "StoreMeasures", argumentParser,
                systemPackage,
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "MicroRunner", dependencies: ["Micro"], swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-Xlinker", "--strip-debug"])]),
        // How long a server takes to answer at a given rate
        .target(
            name: "LoadGenerator", dependencies: [hdrHistogram, argumentParser, nioCore, nioPosix, systemPackage],
            swiftSettings: strict),
        // How many instructions small pieces of work take
        .target(
            name: "Micro", dependencies: ["SeededData", larder, "CValgrind", logging, subprocess, systemPackage],
            swiftSettings: strict),
        .systemLibrary(name: "CValgrind"),
        .systemLibrary(name: "CNetwork"),
        // What a server comes to that a thousand runners build with
        .target(
            name: "Scale",
            dependencies: [
                "ChildPrograms", "HitRates", "LoadGenerator", "SeededData", "StoreMeasures", larder, argumentParser,
                systemPackage,
            ],
            swiftSettings: strict),
        // Real builds with real builders
        .target(
            name: "EndToEnd", dependencies: ["CNetwork", "ChildPrograms", argumentParser, systemPackage],
            swiftSettings: strict),
        // Starting other programs
        .target(name: "ChildPrograms", dependencies: [systemPackage], swiftSettings: strict),
        // Bytes that are the same each time
        .target(name: "SeededData", dependencies: [larder], swiftSettings: strict),
        // The store through its own interface
        .target(
            name: "StoreMeasures", dependencies: [larder, argumentParser, logging, systemPackage], swiftSettings: strict
        ),
        // What caches of builders keep of a history of builds
        .target(
            name: "HitRates", dependencies: [larder, argumentParser, subprocess, systemPackage], swiftSettings: strict),
        .testTarget(
            name: "ApplicationTests", dependencies: [larder, subprocess, systemPackage], swiftSettings: strict),
        .testTarget(
            name: "HitRatesTests", dependencies: ["HitRates", larder, subprocess, systemPackage],
            swiftSettings: strict),
        .testTarget(name: "EndToEndTests", dependencies: ["EndToEnd", "ChildPrograms"], swiftSettings: strict),
        .testTarget(name: "LoadGeneratorTests", dependencies: ["LoadGenerator", systemPackage], swiftSettings: strict),
        .testTarget(name: "ScaleTests", dependencies: ["Scale", "HitRates"], swiftSettings: strict),
        .testTarget(name: "MicroTests", dependencies: ["Micro"], swiftSettings: strict),
    ],
    swiftLanguageModes: [.v6]
)
