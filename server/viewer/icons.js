// The pictures on the buttons: lines on 24 by 24.

const PATHS = {
  sound: "M4 9v6h4l5 4V5L8 9zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  silence: "M4 9v6h4l5 4V5L8 9zM16.5 9.5l5 5M21.5 9.5l-5 5",
  light: "M13 3 6 13.5h5L10 21l8-11h-5.5z",
  again: "M5 12a7 7 0 1 0 2.3-5.2M4.5 4v4h4",
  picture: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.3 3.3 0 1 0 0-6.6 3.3 3.3 0 0 0 0 6.6",
  record: "M12 19.5a7.5 7.5 0 1 0 0-15 7.5 7.5 0 0 0 0 15M12 14.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5",
  stop: "M7 7h10v10H7z",
  share: "M12 15V4M8 7.5 12 3.5l4 4M6 11H4.5v9.5h15V11H18",
  screen: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
  plain: "M4 6h16v12H4zM10.5 9.5v5l4-2.5z",
};

export function pathOf(icon) {
  return PATHS[icon];
}
