namespace RecLab.Controls;

/// <summary>The shapes that stand beside a word; colour alone never carries a meaning.</summary>
public enum IconName { Up, Down, Flat, Check, Cross, Warn, Clock, Info, Lock, Offline }
