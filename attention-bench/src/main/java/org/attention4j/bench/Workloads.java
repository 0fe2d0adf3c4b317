package org.attention4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.attention4j.api.Capability;
import org.attention4j.api.MixerConfig;
import org.attention4j.api.MixerSpec;
import org.attention4j.api.Mixers;

/**
 * The workloads of the race, the same as {@code torch_peer.py --list} prints, and how ours are made: mixers come from the
 * registry by id.
 */
public final class Workloads {
    /** What is no mixer. */
    private static final Set<String> OPERATORS = Set.of("gemm", "attention", "decode");

    private static final String VARIANTS = "variants";

    private final Mixers mixers;

    /**
     * Workloads of some mixers.
     *
     * @param mixers the registry
     */
    public Workloads(Mixers mixers) {
        this.mixers = mixers;
    }

    /**
     * The names of all.
     *
     * @return in the order of the table
     */
    public static List<String> names() {
        List<String> names = new ArrayList<>();
        add(names, "gemm:", "512:512:512", "1024:1024:1024", "2048:2048:2048", "512:512:64", "1:2048:2048");
        add(names, "attention:", "128", "512", "1024", "2048", "4096", "8192");
        add(
                names,
                "attention:",
                "128:causal",
                "512:causal",
                "1024:causal",
                "2048:causal",
                "4096:causal",
                "8192:causal");
        add(names, "attention-gradient:", "1024", "1024:causal");
        add(names, "decode:", "512", "4096", "32768");
        add(names, "multi-head:", "1", "128", "512", "2048");
        for (String kind : List.of("lstm", "gru", "rnn")) {
            add(names, kind + ":", "1:256", "1:512", "32:256", "32:512");
        }
        for (String kind : List.of("lstm", "gru")) {
            add(names, kind + "-gradient:", "1:256", "32:256");
        }
        for (String kind : List.of("lstm", "gru")) {
            add(names, kind + "-step:", "256", "512");
        }
        add(names, "", "conv:512:3", "conv-gradient:512:3", "depthwise:512:4");
        return List.copyOf(names);
    }

    /**
     * The names of the attention variants, which PyTorch's side does not know.
     *
     * @return in the order of the table
     */
    public static List<String> variants() {
        return VariantWorkload.NAMES;
    }

    /** What names begin with, up to their first colon. */
    static List<String> kinds() {
        return Stream.concat(names().stream(), variants().stream())
                .map(name -> name.substring(0, name.indexOf(':')))
                .distinct()
                .toList();
    }

    /**
     * Whether PyTorch's side knows a workload.
     *
     * @param name its name
     * @return false for attention variants
     * @throws IllegalArgumentException if there is no such workload
     */
    public static boolean raced(String name) {
        return !WorkloadName.parse(name).variant();
    }

    private static void add(List<String> names, String prefix, String... sizes) {
        for (String size : sizes) {
            names.add(prefix + size);
        }
    }

    /**
     * The names that a selection means: each of its words is a name, a kind, or the beginning of a name up to a colon; or {@code variants}.
     *
     * @param selection words; none means all but the variants
     * @return names, those of the list in its order, then others that are written out
     * @throws IllegalArgumentException if a word means nothing
     */
    public static List<String> select(List<String> selection) {
        List<String> all = names();
        if (selection.isEmpty()) {
            return all;
        }
        List<String> chosen = new ArrayList<>();
        for (String name : all) {
            if (selection.stream().anyMatch(word -> name.equals(word) || name.startsWith(word + ":"))) {
                chosen.add(name);
            }
        }
        for (String word : selection) {
            if (word.equals(VARIANTS)) {
                chosen.addAll(variants());
                continue;
            }
            boolean listed = all.stream().anyMatch(name -> name.equals(word) || name.startsWith(word + ":"));
            if (!listed) {
                chosen.add(WorkloadName.parse(word).text());
            }
        }
        return List.copyOf(chosen);
    }

    /**
     * Why a workload cannot be run.
     *
     * @param name its name
     * @return the mixer or capability that is not there yet; empty if it can be run
     * @throws IllegalArgumentException if there is no such workload
     */
    public Optional<String> missing(String name) {
        WorkloadName parsed = WorkloadName.parse(name);
        if (OPERATORS.contains(parsed.base()) || parsed.variant()) {
            return Optional.empty();
        }
        String id = mixerId(parsed);
        if (!mixers.ids().contains(id)) {
            return Optional.of("the mixer " + id + " is not there yet");
        }
        MixerSpec spec = mixers.spec(id, config(parsed));
        Capability needed = parsed.gradient() ? Capability.DIFFERENTIABLE : Capability.INCREMENTAL;
        return (parsed.gradient() || parsed.step()) && !spec.supports(needed)
                ? Optional.of("the mixer " + id + " is not " + needed.label() + " yet")
                : Optional.empty();
    }

    /**
     * Makes a workload.
     *
     * @param name its name
     * @param threads how many work on it
     * @return the workload, to be closed
     * @throws IllegalArgumentException if there is no such workload
     */
    public Workload create(String name, int threads) {
        WorkloadName parsed = WorkloadName.parse(name);
        if (parsed.base().equals("gemm")) {
            return new ProductWorkload(parsed.size(0), parsed.size(1), parsed.size(2), threads);
        }
        if (parsed.variant()) {
            return new VariantWorkload(parsed, threads);
        }
        if (OPERATORS.contains(parsed.base())) {
            return new AttentionWorkload(parsed, threads);
        }
        MixerWorkload.Subject subject = new MixerWorkload.Subject(
                mixers.create(mixerId(parsed), config(parsed), MixerWorkload.parameters(fan(parsed))),
                batch(parsed),
                time(parsed),
                MixerWorkload.cost(parsed),
                threads,
                padding(parsed));
        if (parsed.gradient()) {
            return new GradientWorkload(subject);
        }
        return parsed.step() ? new StepWorkload(subject) : new ForwardWorkload(subject);
    }

    private static String mixerId(WorkloadName name) {
        switch (name.base()) {
            case "multi-head":
                return "multi-head-attention";
            case "conv":
            case "depthwise":
                return "convolution";
            default:
                return name.base();
        }
    }

    private static MixerConfig config(WorkloadName name) {
        switch (name.base()) {
            case "multi-head":
                return MixerConfig.width(MixerWorkload.WIDTH).with("heads", MixerWorkload.HEADS);
            case "conv":
                return MixerConfig.width(name.size(0)).with("kernel", name.size(1));
            case "depthwise":
                return MixerConfig.width(name.size(0))
                        .with("kernel", name.size(1))
                        .with("groups", name.size(0));
            default:
                return MixerConfig.width(hidden(name));
        }
    }

    private static int hidden(WorkloadName name) {
        return name.size(name.step() ? 0 : 1);
    }

    /** How many inputs an output of a linear map of the mixer has. */
    private static int fan(WorkloadName name) {
        switch (name.base()) {
            case "multi-head":
                return MixerWorkload.WIDTH;
            case "conv":
                return name.size(0) * name.size(1);
            case "depthwise":
                return name.size(1);
            default:
                return hidden(name);
        }
    }

    private static int batch(WorkloadName name) {
        boolean batched = List.of("lstm", "gru", "rnn").contains(name.base()) && !name.step();
        return batched ? name.size(0) : 1;
    }

    private static int time(WorkloadName name) {
        switch (name.base()) {
            case "multi-head":
                return name.size(0);
            case "conv":
            case "depthwise":
                return MixerWorkload.CONV_TIME;
            default:
                return name.step() ? 1 : MixerWorkload.TIME;
        }
    }

    /** Zeros behind the input, so that a causal convolution has all the outputs that PyTorch's has. */
    private static int padding(WorkloadName name) {
        return name.base().equals("conv") || name.base().equals("depthwise") ? name.size(1) - 1 : 0;
    }
}
